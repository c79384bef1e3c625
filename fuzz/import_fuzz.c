/* Imports through trees of modules and namespaces: capsules as attributes,
 * modules that fail to initialise, attributes that come from __getattr__, and
 * dotted paths that lead to a capsule, nearly to one, or nowhere.
 *
 * PyCapsule_Import() must return the pointer exactly if the path leads to a
 * capsule whose name is the whole path. It must report the reason of each
 * failure, import only the first component, and leave names, references and
 * sys.modules unchanged. */
#include "fuzz/driver/target.h"

const struct target TARGET = {
    .name = "import_fuzz",
    .calls =
        {
            [CALL_PAYLOAD] = 2,
            [CALL_NAME] = 3,
            [CALL_EDIT] = 1,
            [CALL_FREE] = 1,
            [CALL_NEW] = 10,
            [CALL_GET_POINTER] = 2,
            [CALL_GET_DESTRUCTOR] = 1,
            [CALL_GET_NAME] = 2,
            [CALL_GET_CONTEXT] = 1,
            [CALL_IS_VALID] = 2,
            [CALL_SET_POINTER] = 3,
            [CALL_SET_DESTRUCTOR] = 2,
            [CALL_SET_NAME] = 3,
            [CALL_SET_CONTEXT] = 1,
            [CALL_INCREF] = 1,
            [CALL_DECREF] = 4,
            [CALL_RAISE] = 1,
            [CALL_CLEAR_ERROR] = 20,
            [CALL_SAVE_ERROR] = 1,
            [CALL_RESTORE_ERROR] = 1,
            [CALL_FAIL_ALLOCATION] = 1,
            [CALL_SET_INIT] = 2,
            [CALL_PUBLISH] = 20,
            [CALL_ANSWER] = 3,
            [CALL_REPLACE_MODULE] = 1,
            [CALL_FORGET] = 1,
            [CALL_IMPORT_MODULE] = 4,
            [CALL_ADD_OBJECT] = 5,
            [CALL_CONSUME] = 5,
            [CALL_IMPORT] = 30,
        },
    .longest_name = 64,
    .near_miss_percent = 15,
    .cost = 20, /* importing modules is slow */
};
