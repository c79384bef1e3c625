/* The samples of sections 66.8 and 66.19 of the Capsules chapter. */
#include "tests/samples/samples.h"

/* The consumer needs version 2 and only the first function. */
#define EXPECTED_VERSION 2
typedef struct {
    int version;
    size_t size;
    void (*a)(void);
} ExpectedPrefix;

int sample_check_layout(const BetterAPI *api)
{
#include "tests/samples/chapter/66_08_check.inc"
    return 0;
}

static int parse(PyObject *obj, Result *out)
{
    long value = PyLong_AsLong(obj);
    if (value == -1 && PyErr_Occurred()) {
        return -1;
    }
    out->value = value;
    return 0;
}

const ParserAPI sample_parser = {1, parse};
