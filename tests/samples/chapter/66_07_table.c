/* Capsules chapter, 66.7: a table. */
static FastDB_APIObject FastDB_API = {
    1,
    fastdb_connect,
    fastdb_execute,
    fastdb_close
};
