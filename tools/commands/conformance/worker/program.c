/* The worker as a program that is linked with the library under test. */
#include "tools/commands/conformance/worker/worker.h"

int main(int argc, char **argv) { return worker_run(argc - 1, argv + 1); }
