#!/bin/bash -eu
# ClusterFuzzLite builds what OSS-Fuzz builds.
exec "$SRC/capsule-contract/oss-fuzz/build.sh"
