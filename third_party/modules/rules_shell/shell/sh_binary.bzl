"""The name of rules_shell, bound to the built-in rule."""

sh_binary = native.sh_binary
