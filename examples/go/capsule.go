// Capsules whose pointer, name, context and destructor live in a Go struct.
//
// A Python object must have the layout of C. Therefore the object holds only its
// head and a handle (bridge.c), and the handle identifies a Go struct. bridge.c
// defines the functions of the C API, because cgo cannot export a `const char *`.
// Each of them calls the corresponding function here.
package main

// #include "bridge.h"
import "C"

import (
	"runtime/cgo"
	"unsafe"
)

// The fields of a capsule. Addresses are uintptr, so that Go neither checks nor
// frees them: a capsule may carry any bits (NEW-11), and a name belongs to its owner
// (NEW-5).
type capsule struct {
	pointer    uintptr
	name       uintptr
	context    uintptr
	destructor uintptr
}

const (
	newCapsule    = "PyCapsule_New"
	getPointer    = "PyCapsule_GetPointer"
	setPointer    = "PyCapsule_SetPointer"
	invalidObject = " called with invalid PyCapsule object"
	nullPointer   = " called with null pointer"
	wrongName     = " called with incorrect name"
)

func raise(exception *C.PyObject, message string) {
	text := C.CString(message)
	defer C.free(unsafe.Pointer(text))
	C.raise_text(exception, text)
}

// of returns the capsule behind an object, or nil for any other object.
func of(op *C.PyObject) *capsule {
	if op == nil || C.is_capsule(op) == 0 {
		return nil
	}
	return cgo.Handle(C.handle_of(op)).Value().(*capsule)
}

// legal returns the capsule behind an object. For any other object, legal raises
// ValueError and returns nil.
func legal(op *C.PyObject, function string) *capsule {
	c := of(op)
	if c == nil {
		raise(C.PyExc_ValueError, function+invalidObject)
	}
	return c
}

func (c *capsule) isNamed(name uintptr) bool {
	return C.names_match(C.uintptr_t(c.name), C.uintptr_t(name)) != 0
}

//export goNew
func goNew(pointer, name, destructor uintptr) *C.PyObject {
	if pointer == 0 {
		raise(C.PyExc_ValueError, newCapsule+nullPointer)
		return nil
	}
	op := C.new_object()
	if op == nil {
		return nil
	}
	c := &capsule{pointer: pointer, name: name, destructor: destructor}
	C.set_handle(op, C.uintptr_t(cgo.NewHandle(c)))
	return op
}

// goForget releases the handle of a capsule. bridge.c calls goForget after the
// destructor.
//
//export goForget
func goForget(op *C.PyObject) {
	cgo.Handle(C.handle_of(op)).Delete()
}

//export goGetPointer
func goGetPointer(op *C.PyObject, name uintptr) uintptr {
	c := legal(op, getPointer)
	if c == nil {
		return 0
	}
	if !c.isNamed(name) {
		raise(C.PyExc_ValueError, getPointer+wrongName)
		return 0
	}
	return c.pointer
}

//export goGetName
func goGetName(op *C.PyObject) uintptr {
	if c := legal(op, "PyCapsule_GetName"); c != nil {
		return c.name
	}
	return 0
}

//export goGetContext
func goGetContext(op *C.PyObject) uintptr {
	if c := legal(op, "PyCapsule_GetContext"); c != nil {
		return c.context
	}
	return 0
}

//export goGetDestructor
func goGetDestructor(op *C.PyObject) uintptr {
	if c := legal(op, "PyCapsule_GetDestructor"); c != nil {
		return c.destructor
	}
	return 0
}

//export goIsValid
func goIsValid(op *C.PyObject, name uintptr) C.int {
	if c := of(op); c != nil && c.isNamed(name) {
		return 1
	}
	return 0
}

//export goSetPointer
func goSetPointer(op *C.PyObject, pointer uintptr) C.int {
	c := legal(op, setPointer)
	if c == nil {
		return -1
	}
	if pointer == 0 {
		raise(C.PyExc_ValueError, setPointer+nullPointer)
		return -1
	}
	c.pointer = pointer
	return 0
}

//export goSetName
func goSetName(op *C.PyObject, name uintptr) C.int {
	c := legal(op, "PyCapsule_SetName")
	if c == nil {
		return -1
	}
	c.name = name
	return 0
}

//export goSetContext
func goSetContext(op *C.PyObject, context uintptr) C.int {
	c := legal(op, "PyCapsule_SetContext")
	if c == nil {
		return -1
	}
	c.context = context
	return 0
}

//export goSetDestructor
func goSetDestructor(op *C.PyObject, destructor uintptr) C.int {
	c := legal(op, "PyCapsule_SetDestructor")
	if c == nil {
		return -1
	}
	c.destructor = destructor
	return 0
}

func main() {}
