#include "fuzz/executor/exchange.h"

#include "fuzz/program/c/offers.h"
#include "fuzz/program/c/takes.h"

PyObject *exchange_offer(const char *kind, const char *manner,
                         PyCapsule_Destructor destructor)
{
    return offer_struct(kind, manner, destructor);
}

PyObject *exchange_hostile_offer(const char *kind, const char *manner,
                                 PyCapsule_Destructor destructor)
{
    return hostile_offer(kind, manner, destructor);
}

int exchange_take(PyObject *capsule, const char *kind, unsigned handle)
{
    return take_struct(capsule, kind, handle);
}

int exchange_hostile_take(PyObject *capsule, const char *way, unsigned handle)
{
    return hostile_take(capsule, way, handle);
}

int exchange_release(unsigned handle) { return release_struct(handle); }

int exchange_hostile_release(unsigned handle)
{
    return hostile_release(handle);
}

int exchange_end(PyObject *capsule) { return end_exchange(capsule); }

void exchange_end_all(void) { end_exchanges(); }

int exchange_releases(int n) { return exchanges[n].releases; }

bool exchange_has_destructor(int n) { return exchanges[n].destructor != NULL; }

bool exchange_is_marked(int n)
{
    return arrow_is_released(arrow_kind_of(exchanges[n].kind), exchanges[n].at);
}

const void *exchange_struct(void) { return exchanges[exchange_count - 1].at; }

const char *exchange_name(int kind, bool taken)
{
    switch (kind) {
    case IS_DLTENSOR:
        return taken ? dlpack_used_name : dlpack_name;
    case IS_DLTENSOR_VERSIONED:
        return taken ? dlpack_used_versioned_name : dlpack_versioned_name;
    default:
        return arrow_kind_of(kind)->name;
    }
}
