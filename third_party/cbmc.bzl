"""cbmc_repository: where the model checker CBMC is, for tests of proofs."""

# tools/commands/prove/install unpacks CBMC here, below the cache of the user,
# where Debian has no package.
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

    A test that reads the file runs again when CBMC appears or goes.""",
    implementation = _cbmc_repository_impl,
    configure = True,
    environ = ["HOME", "XDG_CACHE_HOME"],
    local = True,
)
