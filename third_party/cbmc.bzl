"""cbmc_repository: finds the model checker CBMC, for the tests of proofs."""

# The folder, in the user's cache, to which tools/commands/prove/install unpacks
# CBMC on systems without a Debian package of CBMC.
_UNPACKED = "capsule-contract/cbmc/bin"

def _cbmc_repository_impl(ctx):
    environ = ctx.os.environ
    cache = environ.get("XDG_CACHE_HOME") or environ.get("HOME", "/root") + "/.cache"
    found = ""
    for folder in ["/usr/bin", cache + "/" + _UNPACKED]:
        if not found and ctx.path(folder + "/cbmc").exists:
            found = folder
    ctx.file("folder.txt", found + "\n")
    ctx.file("BUILD", "exports_files([\"folder.txt\"])\n")

cbmc_repository = repository_rule(
    doc = """`@cbmc//:folder.txt`: the folder with CBMC's programs, or an empty line.

    A test that reads the file runs again when CBMC is installed or removed.""",
    implementation = _cbmc_repository_impl,
    configure = True,
    environ = ["HOME", "XDG_CACHE_HOME"],
    local = True,
)
