"""Runs a worker in the interpreter that runs this: Python 2.7 to the newest.

usage: inside.py [NAME=VALUE...] ARGUMENT...

NAME=VALUE are environment variables that the worker needs; PYTHONPATH names the
folder with the worker. If a variable has another value, for instance because a
command that entered a container has dropped it, the interpreter is started again.
"""

import os
import sys

arguments = sys.argv[1:]
variables = {}
while arguments and "=" in arguments[0] and not arguments[0].startswith("-"):
    name, value = arguments.pop(0).split("=", 1)
    variables[name] = value
if any(os.environ.get(name) != variables[name] for name in variables):
    os.environ.update(variables)
    os.execv(sys.executable, [sys.executable, "-B"] + sys.argv)

import capsule_worker


try:  # here, as programs hide what is not theirs
    from importlib.machinery import ModuleSpec
except ImportError:
    pass  # Python 2


class Finder(object):
    """Imports the modules that the tests announced.

    They announce them when a command has begun, so the names are asked for at
    each import."""

    def find_spec(self, name, path=None, target=None):
        if name not in capsule_worker.modules():
            return None
        return ModuleSpec(name, self)

    def create_module(self, spec):
        return capsule_worker.create(spec.name, spec)

    def exec_module(self, module):
        capsule_worker.execute(module)

    def find_module(self, name, path=None):
        return self if name in capsule_worker.modules() else None

    def load_module(self, name):
        module = sys.modules[name] = capsule_worker.create(name, None)
        try:
            capsule_worker.execute(module)
        except BaseException:
            del sys.modules[name]
            raise
        return module


if sys.version_info < (3,):
    del Finder.find_spec
else:
    del Finder.find_module, Finder.load_module
sys.meta_path.insert(0, Finder())
sys.exit(capsule_worker.run(arguments))
