"""The name of rules_shell, bound to the built-in rule."""

sh_test = native.sh_test
