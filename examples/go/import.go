package main

// #include "bridge.h"
import "C"

import (
	"strings"
	"unsafe"
)

// call gives a C function the text, which it does not keep.
func call(text string, function func(*C.char) *C.PyObject) *C.PyObject {
	s := C.CString(text)
	defer C.free(unsafe.Pointer(s))
	return function(s)
}

// find imports the first component and asks for one attribute after the other
// (IMP-3). New reference.
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
	// As C code has it, a copy of the name is what may be too much.
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
