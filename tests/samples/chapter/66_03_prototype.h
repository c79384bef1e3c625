/* Capsules chapter, 66.3: the prototype. */
PyObject *
PyCapsule_New(void *pointer,
              const char *name,
              PyCapsule_Destructor destructor);
