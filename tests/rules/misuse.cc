#include "tests/rules/misuse.h"

#include <Python.h>

#include "capsule/host.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAS_ADDRESS_SANITIZER 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define HAS_ADDRESS_SANITIZER 1
#endif

#ifdef HAS_ADDRESS_SANITIZER
#include <sanitizer/asan_interface.h>
#endif

namespace rules {

namespace {

#ifdef HAS_ADDRESS_SANITIZER

const bool has_address_sanitizer = true;

// True if AddressSanitizer watches capsules. It does not if the implementation
// has its own allocator, so this function destroys a capsule and checks that
// its memory is marked as freed.
bool SanitizerSeesCapsules()
{
    static int payload;
    PyObject *capsule = PyCapsule_New(&payload, nullptr, nullptr);
    if (!capsule) {
        return false;
    }
    Py_DECREF(capsule);
    host_collect();
    return __asan_address_is_poisoned(capsule);
}

#else

const bool has_address_sanitizer = false;

bool SanitizerSeesCapsules() { return false; }

#endif

// Returns a regular expression that matches exactly this text.
std::string Literally(const std::string &text)
{
    std::string pattern;
    for (char c : text) {
        if (std::string("\\^$.[]|()*+?{}").find(c) != std::string::npos) {
            pattern += '\\';
        }
        pattern += c;
    }
    return pattern;
}

std::string Sanitizer(const std::string &what)
{
    return "ERROR: AddressSanitizer: " + what;
}

} // namespace

std::string ImplementationReports(const std::string &line,
                                  const std::string &otherwise)
{
    if (host_catches_misuse()) {
        return Literally(line);
    }
    return otherwise.empty() ? "" : SanitizerReportsCapsule(otherwise);
}

std::string SanitizerReportsCapsule(const std::string &what)
{
    return SanitizerSeesCapsules() ? Sanitizer(what) : "";
}

std::string SanitizerReportsInside(const std::string &what)
{
    // An implementation that catches misuse is built from source, with the
    // flags of the tests; so the sanitizer watches it too.
    return host_catches_misuse() ? SanitizerReportsCapsule(what) : "";
}

std::string SanitizerReportsBlock(const std::string &what)
{
    return has_address_sanitizer ? Sanitizer(what) : "";
}

} // namespace rules
