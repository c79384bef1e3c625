"""The name of rules_shell, bound to the built-in rule."""

sh_library = native.sh_library
