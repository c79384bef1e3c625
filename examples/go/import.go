package main

// #include "bridge.h"
import "C"

import (
	"strings"
	"unsafe"
)

// call calls a C function with the text. The function must not keep the text,
// because call frees the text afterwards.
func call(text string, function func(*C.char) *C.PyObject) *C.PyObject {
	s := C.CString(text)
	defer C.free(unsafe.Pointer(s))
	return function(s)
}

// find imports the first component and looks up each following component as an
// attribute (IMP-3). It returns a new reference, or nil with an exception.
func find(components []string) *C.PyObject {
	object := call(components[0], func(name *C.char) *C.PyObject {
		return C.PyImport_ImportModule(name)
	})
	if object == nil {
		raise(C.PyExc_ImportError,
			"PyCapsule_Import could not import module \""+components[0]+"\"")
		return nil
	}
	for _, component := range components[1:] {
		next := call(component, func(name *C.char) *C.PyObject {
			return C.PyObject_GetAttrString(object, name)
		})
		C.drop(object)
		if next == nil {
			return nil
		}
		object = next
	}
	return object
}

//export goImport
func goImport(name *C.char) uintptr {
	// C code copies the name and fails without memory; so does this function.
	if C.no_memory_for(name) != 0 {
		C.PyErr_NoMemory()
		return 0
	}
	path := C.GoString(name)
	object := find(strings.Split(path, "."))
	if object == nil {
		return 0
	}
	defer C.drop(object)
	c := of(object)
	if c == nil || !c.isNamed(uintptr(unsafe.Pointer(name))) {
		raise(C.PyExc_AttributeError, "PyCapsule_Import \""+path+"\" is not valid")
		return 0
	}
	return c.pointer
}
