/* A worker as a program of its own, around a library that is linked to it. */
#include "tools/commands/conformance/worker/worker.h"

int main(int argc, char **argv) { return worker_run(argc - 1, argv + 1); }
