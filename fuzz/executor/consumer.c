#include "fuzz/executor/consumer.h"

#include "capsule/api_table.h"
#include "fuzz/model/tables.h"

typedef PyObject *(*object_function)(unsigned how);
typedef int (*status_function)(unsigned how);

struct table {
    API_TABLE_HEAD
    void (*entry[TABLE_ENTRIES])(void); /* object, status, object, ... */
};
_Static_assert(offsetof(struct table, entry) == TABLE_HEAD &&
                   sizeof(struct table) == TABLE_LONGEST,
               "the model knows the layout");

/* --- producer ------------------------------------------------------------- */

/* Raises KeyError if `how` says so. */
static void entry_raises(unsigned how)
{
    if (how == FAILS || how == SUCCEEDS_AND_RAISES) {
        PyErr_SetString(PyExc_KeyError, "entry");
    }
}

static PyObject *give_object(long number, unsigned how)
{
    entry_raises(how);
    return how <= FAILS_SILENTLY ? NULL : PyLong_FromLong(100 + number);
}

static int give_status(unsigned how)
{
    entry_raises(how);
    return how <= FAILS_SILENTLY ? -1 : how == RETURNS_ONE;
}

#define OBJECT_ENTRY(n)                                                        \
    static PyObject *entry_##n(unsigned how) { return give_object(n, how); }
#define STATUS_ENTRY(n)                                                        \
    static int entry_##n(unsigned how) { return give_status(how); }

OBJECT_ENTRY(0)
STATUS_ENTRY(1)
OBJECT_ENTRY(2)
STATUS_ENTRY(3)
OBJECT_ENTRY(4)
STATUS_ENTRY(5)
OBJECT_ENTRY(6)
STATUS_ENTRY(7)

#define ENTRY(n) (void (*)(void)) entry_##n

static struct table whole_table(int version, size_t size)
{
    return (struct table){
        .version = version,
        .size = size,
        .entry = {ENTRY(0), ENTRY(1), ENTRY(2), ENTRY(3), ENTRY(4), ENTRY(5),
                  ENTRY(6), ENTRY(7)},
    };
}

void producer_fill(void *block, size_t bytes, int version, size_t size)
{
    struct table table;
    memset(&table, 0, sizeof table);
    table = whole_table(version, size);
    memcpy(block, &table, bytes);
}

/* Compares each member: the padding between version and size may differ. */
int producer_recognises(const void *block, size_t bytes, int version,
                        size_t size)
{
    const struct table table = whole_table(version, size);
    const char *now = block, *then = (const char *)&table;
    const size_t at = offsetof(struct table, size);
    size_t head = bytes < sizeof table.version ? bytes : sizeof table.version;

    return memcmp(now, then, head) == 0 &&
           (bytes <= at || memcmp(now + at, then + at, bytes - at) == 0);
}

/* --- consumer ------------------------------------------------------------- */

static struct {
    int version;
    size_t prefix;
    const struct table *table;
} consumer;

void consumer_build(int version, size_t prefix)
{
    consumer.version = version;
    consumer.prefix = prefix;
    consumer.table = NULL;
}

const void *consumer_take(PyObject *capsule, const char *name)
{
    consumer.table =
        api_table_get(capsule, name, consumer.version, consumer.prefix);
    return consumer.table;
}

static int call_object(object_function function, unsigned how)
{
    PyObject *result = api_table_object(function(how), "entry");
    if (result == NULL) {
        return -1;
    }
    int number = (int)PyLong_AsLong(result);
    Py_DECREF(result);
    return number;
}

int consumer_call(unsigned entry, unsigned how)
{
    const struct table *table = consumer.table;

    if (table == NULL) {
        PyErr_SetString(PyExc_RuntimeError, "no table was taken");
        return -1;
    }
    if (!API_TABLE_HAS(table, struct table, entry[entry])) {
        PyErr_SetString(PyExc_RuntimeError, "the table has no such entry");
        return -1;
    }
    void (*function)(void) = table->entry[entry];
    return entry % 2 == 0
               ? call_object((object_function)function, how)
               : api_table_status(((status_function)function)(how), "entry");
}
