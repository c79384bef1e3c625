// Section 6 of docs/contract.md: which references and which memory
// PyCapsule_Import keeps.

#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <memory>
#include <string>

#include "tests/rules/drop.h"
#include "tests/rules/fields.h"
#include "tests/rules/modules.h"
#include "tests/rules/support.h"

namespace {

using rules::destructor_log;
using rules::FieldsOf;
using rules::HeapName;
using rules::Importable;
using rules::LogDestructor;
using rules::NewNamespace;
using rules::NothingRaised;
using rules::Publish;
using rules::Put;
using rules::Raised;

class ImportMemoryTest : public rules::CapsuleTest {
  protected:
    void SetUp() override
    {
        CapsuleTest::SetUp();
        importable_ = std::make_unique<Importable>("capm");
        ns_ = NewNamespace();
        capsule_ = Publish(ns_, "cap", &payload_, "capm.ns.cap");
        Put(module(), "ns", ns_);
    }

    void TearDown() override
    {
        importable_.reset();
        CapsuleTest::TearDown();
    }

    PyObject *module() const { return importable_->get(); }

    int payload_ = 0;
    PyObject *ns_ = nullptr;      // borrowed
    PyObject *capsule_ = nullptr; // borrowed

  private:
    std::unique_ptr<Importable> importable_;
};

// --- IMP-9 -------------------------------------------------------------------

TEST_F(ImportMemoryTest, IMP_9_NoReferenceIsKept)
{
    Publish(ns_, "mism", &payload_, "capm.ns.other");
    for (const char *name :
         {"capm.ns.cap", "capm", "capm.ns", "capm.ns.mism", "capm.nope",
          "capm.ns.nope", "capm.ns.cap.x", "capm.ns.nope.x", "nosuchmod.ns"}) {
        SCOPED_TRACE(name);
        Py_ssize_t modules = Py_REFCNT(module()), spaces = Py_REFCNT(ns_);
        Py_ssize_t capsules = Py_REFCNT(capsule_);
        for (int no_block : {0, 1}) {
            PyCapsule_Import(name, no_block);
            PyErr_Clear();
        }
        EXPECT_EQ(Py_REFCNT(module()), modules);
        EXPECT_EQ(Py_REFCNT(ns_), spaces);
        EXPECT_EQ(Py_REFCNT(capsule_), capsules);
    }
}

TEST_F(ImportMemoryTest, IMP_9_TheCapsuleIsNotChanged)
{
    rules::Fields before = FieldsOf(capsule_);
    EXPECT_EQ(PyCapsule_Import("capm.ns.cap", 0), &payload_);
    EXPECT_EQ(FieldsOf(capsule_), before);
}

PyObject *AnswerWithNewCapsule(PyObject *, PyObject *name)
{
    static int payload;
    if (rules::IsSpecialName(rules::TextOf(name))) {
        PyErr_SetObject(PyExc_AttributeError, name);
        return nullptr;
    }
    return PyCapsule_New(&payload, "capm.fresh", LogDestructor);
}

TEST_F(ImportMemoryTest, IMP_9_ACapsuleWithoutOtherReferencesIsDestroyed)
{
    NEEDS_MODULE_GETATTR();
    static PyMethodDef hook = {"__getattr__", AnswerWithNewCapsule, METH_O,
                               nullptr};
    rules::AskForMissingAttributes(module(), &hook);
    EXPECT_NE(PyCapsule_Import("capm.fresh", 0), nullptr);
    EXPECT_TRUE(NothingRaised());
    host_collect();
    EXPECT_EQ(destructor_log.size(), 1u);
    EXPECT_EQ(PyCapsule_Import("capm.stale", 0), nullptr);
    EXPECT_TRUE(Raised(PyExc_AttributeError,
                       "PyCapsule_Import \"capm.stale\" is not valid"));
    host_collect();
    EXPECT_EQ(destructor_log.size(), 2u);
}

// --- IMP-15 ------------------------------------------------------------------

// A page that holds a name at its very end and cannot be written.
class ReadOnlyName {
  public:
    explicit ReadOnlyName(const std::string &text)
        : size_(static_cast<size_t>(sysconf(_SC_PAGESIZE)))
    {
        page_ = static_cast<char *>(mmap(nullptr, size_, PROT_READ | PROT_WRITE,
                                         MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
        text_ = page_ + size_ - text.size() - 1;
        std::memcpy(text_, text.c_str(), text.size() + 1);
        mprotect(page_, size_, PROT_READ);
    }
    ~ReadOnlyName() { munmap(page_, size_); }
    ReadOnlyName(const ReadOnlyName &) = delete;
    ReadOnlyName &operator=(const ReadOnlyName &) = delete;

    operator const char *() const { return text_; }

  private:
    size_t size_;
    char *page_;
    char *text_;
};

TEST_F(ImportMemoryTest, IMP_15_TheNameCanBeReadOnly)
{
    ReadOnlyName name("capm.ns.cap");
    EXPECT_EQ(PyCapsule_Import(name, 0), &payload_);
    EXPECT_TRUE(NothingRaised());
    ReadOnlyName missing("capm.ns.nope"), nowhere("nosuchmod.x");
    EXPECT_EQ(PyCapsule_Import(missing, 0), nullptr);
    EXPECT_TRUE(Raised(PyExc_AttributeError));
    EXPECT_EQ(PyCapsule_Import(nowhere, 0), nullptr);
    EXPECT_TRUE(Raised(PyExc_ImportError));
}

TEST_F(ImportMemoryTest, IMP_15_TheNameIsTheSameAfterwards)
{
    for (const char *text :
         {"capm.ns.cap", "capm.ns.nope", "capm..", "nosuchmod.x", ""}) {
        HeapName name(text);
        PyCapsule_Import(name, 0);
        PyErr_Clear();
        EXPECT_STREQ(name, text);
    }
}

TEST_F(ImportMemoryTest, IMP_15_TheNameCanBeFreedAfterwards)
{
    auto name = std::make_unique<HeapName>("capm.ns.cap");
    EXPECT_EQ(PyCapsule_Import(*name, 0), &payload_);
    name.reset();
    EXPECT_EQ(PyCapsule_Import("capm.ns.cap", 0), &payload_);

    name = std::make_unique<HeapName>("capm.ns.nope");
    EXPECT_EQ(PyCapsule_Import(*name, 0), nullptr);
    name.reset(); // free the name before the message is read
    EXPECT_TRUE(Raised(PyExc_AttributeError));
}

TEST_F(ImportMemoryTest, IMP_15_TheNameCanBeLong)
{
    std::string name = "capm";
    PyObject *last = module();
    for (int i = 0; i < 500; i++) {
        PyObject *next = NewNamespace();
        Put(last, "component", next);
        last = next;
        name += ".component";
    }
    name += "." + std::string(5000, 'x');
    Publish(last, std::string(5000, 'x').c_str(), &payload_, name.c_str());
    EXPECT_EQ(PyCapsule_Import(name.c_str(), 0), &payload_);
    EXPECT_TRUE(NothingRaised());
    ASSERT_EQ(PyObject_DelAttrString(module(), "component"), 0);
}

// --- IMP-16 ------------------------------------------------------------------

TEST_F(ImportMemoryTest, IMP_16_NoMemoryForACopyOfTheName)
{
    for (host_failure how : {HOST_FAIL_ONCE, HOST_FAIL_FROM_THERE_ON}) {
        if (!host_fail_allocation(1, how)) {
            GTEST_SKIP() << "the host cannot make allocations fail";
        }
        void *pointer = PyCapsule_Import("capm.ns.cap", 0);
        bool failed = host_allocations() > 0;
        host_fail_allocation(0, how);
        if (!failed) {
            GTEST_SKIP() << "nothing is allocated";
        }
        if (pointer) { // the implementation needs no copy of the name
            EXPECT_EQ(pointer, &payload_);
            EXPECT_TRUE(NothingRaised());
            continue;
        }
        if (host_profile()->import_lacks_memory_error) {
            EXPECT_TRUE(NothingRaised());
        } else {
            EXPECT_TRUE(Raised(PyExc_MemoryError));
        }
    }
}

// Makes each allocation fail in turn, until the import succeeds or fails for
// another reason.
void FailEachAllocation(const char *name, void *pointer, host_failure how)
{
    SCOPED_TRACE(name);
    for (size_t nth = 1; nth < 1000; nth++) {
        if (!host_fail_allocation(nth, how)) {
            GTEST_SKIP() << "the host cannot make allocations fail";
        }
        void *got = PyCapsule_Import(name, 0);
        bool failed = host_allocations() >= nth;
        host_fail_allocation(0, how);
        if (!failed) {
            EXPECT_EQ(got, pointer);
            PyErr_Clear();
            return;
        }
        if (nth == 1 && host_profile()->import_lacks_memory_error) {
            EXPECT_TRUE(NothingRaised());
            continue;
        }
        EXPECT_TRUE(got == nullptr || got == pointer);
        EXPECT_EQ(got == nullptr, PyErr_Occurred() != nullptr)
            << "allocation " << nth;
        PyErr_Clear();
    }
    ADD_FAILURE() << "a thousand allocations and no end";
}

TEST_F(ImportMemoryTest, IMP_16_AnyFailedAllocationGivesNullAndAnException)
{
    Publish(ns_, "mism", &payload_, "capm.ns.other");
    for (host_failure how : {HOST_FAIL_ONCE, HOST_FAIL_FROM_THERE_ON}) {
        FailEachAllocation("capm.ns.cap", &payload_, how);
        FailEachAllocation("capm.ns.nope", nullptr, how);
        FailEachAllocation("capm.ns.mism", nullptr, how);
    }
    EXPECT_EQ(PyCapsule_Import("capm.ns.cap", 0), &payload_);
    EXPECT_TRUE(NothingRaised());
}

} // namespace
