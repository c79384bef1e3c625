"""python_repository: the headers and the library of an installed CPython."""

_DEFAULT = "/usr/bin/python3"

# Asks the interpreter for its configuration, one value per line.
_QUESTIONS = """
import sysconfig
for name in ("INCLUDEPY", "LIBDIR", "LIBPL", "LDVERSION",
             "Py_ENABLE_SHARED", "LIBS", "SYSLIBS"):
    print(sysconfig.get_config_var(name) or "")
"""

_BUILD = """
cc_library(
    name = "python",
    hdrs = glob(["include/**/*.h"]),
    includes = ["include"],
    linkopts = %s,
    visibility = ["//visibility:public"],
)
"""

def _libraries(libdir, libpl, ldversion, shared, libs):
    """Returns the flags of the linker."""
    if shared == "1":
        flags = ["-L" + libdir, "-Wl,-rpath," + libdir]
    else:
        # Extension modules resolve the interpreter's functions in the executable.
        flags = ["-L" + libpl, "-rdynamic"]
    return flags + ["-lpython" + ldversion] + libs

def _python_repository_impl(ctx):
    python = ctx.os.environ.get("CAPSULE_PYTHON") or _DEFAULT
    asked = ctx.execute([python, "-I", "-c", _QUESTIONS])
    if asked.return_code != 0:
        fail("CAPSULE_PYTHON: %s does not run as Python 3; " % python +
             "set the variable to the path of a Python 3")
    include, libdir, libpl, ldversion, shared, libs, syslibs = \
        asked.stdout.split("\n")[:7]
    if not ctx.path(include + "/Python.h").exists:
        fail("%s has no %s/Python.h; install its headers " % (python, include) +
             "(Debian: python3-dev), or set CAPSULE_PYTHON to another Python")
    ctx.symlink(include, "include")
    flags = _libraries(libdir, libpl, ldversion, shared, (libs + " " + syslibs).split(" "))
    ctx.file("BUILD", _BUILD % repr([flag for flag in flags if flag]))

python_repository = repository_rule(
    doc = """`@python//:python`: <Python.h> and the library of the interpreter.

    The interpreter is Debian's, or the interpreter whose path is in the
    environment variable CAPSULE_PYTHON. Its headers must be installed.""",
    implementation = _python_repository_impl,
    configure = True,
    environ = ["CAPSULE_PYTHON"],
    local = True,
)
