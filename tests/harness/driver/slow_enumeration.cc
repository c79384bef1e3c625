#include "tests/harness/driver/slow_enumeration.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "fuzz/executor/executor.h"

namespace {

const char kAllocations[] = "p0 = payload(8)\n"
                            "p1 = payload(8)\n"
                            "n0 = name(\"dltensor\")\n"
                            "n1 = name(\"dltensor\")\n"
                            "n2 = name(\"dltensors\")\n";

// Fewer destructors than the alphabet has, to save time. drop_c0 and drop_c1
// name slots.
const Texts kDestructors = {"NULL", "free_name", "drop_c0", "drop_c1"};

// The texts that can replace a letter of a template.
const std::map<char, Texts> kValues = {
    {'R', {"c0", "c1"}},
    {'O', {"c0", "c1", "NULL", "lookalike"}},
    {'F', {"c0", "c1", "lookalike"}},
    {'C', {"c0", "c1"}},
    {'P', {"p0", "p1", "NULL"}},
    {'N', {"n0", "n1", "n2", "NULL"}},
    {'B', {"n0", "n1", "n2"}},
    {'M', {"p0", "p1", "n0", "n1", "n2"}},
    {'D', kDestructors},
};

// `$` and a letter of kValues.
const Texts kTemplates = {
    "$R = PyCapsule_New($P, $N, $D)",
    "PyCapsule_GetPointer($O, $N)",
    "PyCapsule_GetDestructor($O)",
    "PyCapsule_GetName($O)",
    "PyCapsule_GetContext($O)",
    "PyCapsule_IsValid($O, $N)",
    "PyCapsule_CheckExact($F)",
    "PyCapsule_SetPointer($O, $P)",
    "PyCapsule_SetDestructor($O, $D)",
    "PyCapsule_SetName($O, $N)",
    "PyCapsule_SetContext($O, $P)",
    "Py_INCREF($C)",
    "Py_DECREF($C)",
    "PyErr_SetNone(PyExc_KeyError)",
    "PyErr_Clear()",
    "hold($C, $C)",
    "call_destructor($C)",
    "PyObject_Repr($C)",
    "edit($B, 0, 'x')",
    "free($M)",
};

void Expand(const std::string &text, Texts *all)
{
    size_t at = text.find('$');
    if (at == std::string::npos) {
        all->push_back(text);
        return;
    }
    for (const std::string &value : kValues.at(text[at + 1])) {
        Expand(text.substr(0, at) + value + text.substr(at + 2), all);
    }
}

bool Contains(const std::string &text, const std::string &part)
{
    return text.find(part) != std::string::npos;
}

// The arguments of a call: "(c0, NULL, log)".
std::string ArgumentsOf(const std::string &call)
{
    return call.substr(call.find('('));
}

bool Takes(const std::string &call, const std::string &slot)
{
    std::string arguments = ArgumentsOf(call);
    return Contains(arguments, "(" + slot) || Contains(arguments, " " + slot);
}

bool FailsToCreate(const std::string &call)
{
    return Contains(call, "PyCapsule_New(NULL");
}

bool Creates(const std::string &call)
{
    return Contains(call, " = PyCapsule_New(") && !FailsToCreate(call);
}

// True if each slot that the second of two calls takes holds something after
// the first call.
bool SlotsAreFull(const std::string &first, const std::string &second)
{
    for (std::string slot : {"c0", "c1"}) {
        bool created =
            first.rfind(slot + " = ", 0) == 0 && !FailsToCreate(first);
        if (Takes(first, slot) || (Takes(second, slot) && !created)) {
            return false;
        }
    }
    for (std::string slot : {"p0", "p1", "n0", "n1", "n2"}) {
        if (first == "free(" + slot + ")" && Takes(second, slot)) {
            return false;
        }
    }
    return true;
}

// True if the executor makes all calls of the program.
bool IsPermitted(const std::string &calls)
{
    static struct program program;
    std::string text = kAllocations + calls;
    char error[256];
    if (!program_parse(&program, text.data(), text.size(), "test", nullptr,
                       error, sizeof error)) {
        ADD_FAILURE() << error << "\n" << text;
        return false;
    }
    executor_run(&program, nullptr);
    return executor_performed() == (UINT64_C(1) << program.call_count) - 1;
}

std::string Swap(std::string text, const std::string &a, const std::string &b)
{
    for (size_t i = 0; i + a.size() <= text.size(); i++) {
        if (text.compare(i, a.size(), a) == 0) {
            text.replace(i, a.size(), b);
        } else if (text.compare(i, b.size(), b) == 0) {
            text.replace(i, b.size(), a);
        }
    }
    return text;
}

// Returns the call, and the call with c0 and c1 swapped if that is less. A call
// that creates nothing has no result.
std::string KeyWithoutCapsule(const std::string &call)
{
    std::string text = FailsToCreate(call) ? call.substr(call.find('P')) : call;
    return std::min(text, Swap(text, "c0", "c1"));
}

} // namespace

std::string KeyOf(const Texts &calls)
{
    std::string least;
    for (int i = 0; i < 4; i++) {
        std::string before, text;
        for (std::string call : calls) {
            call = i & 1 ? Swap(call, "p0", "p1") : call;
            call = i & 2 ? Swap(call, "n0", "n1") : call;
            if (text.empty() && !Creates(call)) {
                before += KeyWithoutCapsule(call) + "\n";
            } else {
                text +=
                    (FailsToCreate(call) ? call.substr(call.find('P')) : call) +
                    "\n";
            }
        }
        text = before + std::min(text, Swap(text, "c0", "c1"));
        least = i == 0 ? text : std::min(least, text);
    }
    return least;
}

std::set<std::string> SlowEnumeration()
{
    Texts letters;
    for (const std::string &text : kTemplates) {
        Expand(text, &letters);
    }
    std::set<std::string> keys;
    for (const std::string &first : letters) {
        if (!SlotsAreFull(first, "PyErr_Clear()") ||
            !IsPermitted(first + "\n")) {
            continue;
        }
        keys.insert(KeyOf({first}));
        for (const std::string &second : letters) {
            if (SlotsAreFull(first, second) &&
                IsPermitted(first + "\n" + second + "\n")) {
                keys.insert(KeyOf({first, second}));
            }
        }
    }
    return keys;
}

Texts CallsOf(const std::string &program)
{
    Texts calls;
    for (size_t at = 0; at < program.size();) {
        size_t end = program.find('\n', at);
        std::string line = program.substr(at, end - at);
        if (!Contains(line, " = payload(") && !Contains(line, " = name(")) {
            calls.push_back(line);
        }
        at = end + 1;
    }
    return calls;
}

bool IsInSlowAlphabet(const std::string &call)
{
    if (!Contains(call, "PyCapsule_New(") &&
        !Contains(call, "PyCapsule_SetDestructor(")) {
        return true;
    }
    size_t begin = call.rfind(' ') + 1;
    std::string destructor = call.substr(begin, call.size() - 1 - begin);
    return std::count(kDestructors.begin(), kDestructors.end(), destructor) > 0;
}
