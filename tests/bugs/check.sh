#!/bin/bash
# Whether the planted bug is caught; see tools/detection/check.py.
exec /usr/bin/python3 -SEB tools/detection/check.py "$@"
