"""The tools of this repository; `tools/NAME` runs `tools/commands/NAME`."""
