// Values and aliases: a capsule stores any address as it is, also one that
// already means something.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "tests/rules/drop.h"
#include "tests/rules/fields.h"
#include "tests/rules/support.h"

namespace {

using rules::Drop;
using rules::Fields;
using rules::FieldsOf;
using rules::NothingRaised;

unsigned destroyed;

void Count(PyObject *) { destroyed++; }

void *Address(uintptr_t bits) { return reinterpret_cast<void *>(bits); }

class ValuesTest : public rules::CapsuleTest {
  protected:
    // A name and a payload in one block: the name begins in the payload.
    struct Block {
        char name[8] = "a.b.c";
        int payload = 0;
    };

    void SetUp() override
    {
        CapsuleTest::SetUp();
        destroyed = 0;
        void *freed = std::malloc(16);
        freed_ = reinterpret_cast<uintptr_t>(freed);
        std::free(freed);
    }

    // Addresses that have nothing to do with any capsule.
    std::vector<void *> Strangers() const
    {
        std::vector<void *> all = {Address(UINTPTR_MAX), Address(freed_),
                                   Address(UINTPTR_MAX - 1)};
        for (unsigned bit = 0; bit < sizeof(void *) * 8; bit++) {
            const uintptr_t one = static_cast<uintptr_t>(1) << bit;
            all.push_back(Address(one));
            all.push_back(Address(~one));
            all.push_back(Address(one * 0x9e3779b9u | 1));
        }
        return all;
    }

    // The same, and addresses that this capsule has to do with.
    std::vector<void *> AllFor(PyObject *capsule)
    {
        std::vector<void *> all = {
            capsule,
            Py_TYPE(capsule),
            block_.name,
            block_.name + 2,
            &block_.payload,
            Address(reinterpret_cast<uintptr_t>(Count)),
            Address(reinterpret_cast<uintptr_t>(PyCapsule_New))};
        for (void *stranger : Strangers()) {
            all.push_back(stranger);
        }
        return all;
    }

    void CreateWithEachAddress(const char *name)
    {
        destroyed = 0;
        for (void *address : Strangers()) {
            PyObject *capsule = PyCapsule_New(address, name, Count);
            ASSERT_NE(capsule, nullptr) << address;
            EXPECT_EQ(PyCapsule_GetPointer(capsule, name), address);
            EXPECT_TRUE(NothingRaised());
            Drop(capsule);
        }
        EXPECT_EQ(destroyed, Strangers().size());
    }

    void SetEachPointer(const char *name)
    {
        PyObject *capsule = PyCapsule_New(&block_, name, Count);
        ASSERT_NE(capsule, nullptr);
        for (void *address : AllFor(capsule)) {
            ASSERT_EQ(PyCapsule_SetPointer(capsule, address), 0) << address;
            const Fields fields = {address, name, nullptr, Count};
            EXPECT_EQ(FieldsOf(capsule), fields);
            EXPECT_EQ(PyCapsule_IsValid(capsule, name), 1);
            EXPECT_REFERENCES(capsule, 1);
        }
        DropOnce(capsule);
    }

    void SetEachContext(const char *name)
    {
        PyObject *capsule = PyCapsule_New(&block_, name, Count);
        ASSERT_NE(capsule, nullptr);
        for (void *address : AllFor(capsule)) {
            ASSERT_EQ(PyCapsule_SetContext(capsule, address), 0) << address;
            const Fields fields = {&block_, name, address, Count};
            EXPECT_EQ(FieldsOf(capsule), fields);
            EXPECT_REFERENCES(capsule, 1);
        }
        DropOnce(capsule);
    }

    static void DropOnce(PyObject *capsule)
    {
        destroyed = 0;
        Drop(capsule);
        EXPECT_EQ(destroyed, 1u);
    }

    Block block_;
    uintptr_t freed_ = 0;
};

TEST_F(ValuesTest, NEW_11_EachAddressIsStoredAsItIs)
{
    CreateWithEachAddress(block_.name);
    CreateWithEachAddress("");
}

TEST_F(ValuesTest, SETP_1_EachAddressReplacesThePointer)
{
    SetEachPointer(block_.name);
    SetEachPointer("");
}

TEST_F(ValuesTest, SETC_1_EachAddressReplacesTheContext)
{
    SetEachContext(block_.name);
    SetEachContext("");
}

TEST_F(ValuesTest, NEW_4_ACapsuleWithoutANameStoresEachAddressToo)
{
    CreateWithEachAddress(nullptr);
    SetEachPointer(nullptr);
    SetEachContext(nullptr);
}

TEST_F(ValuesTest, TYPE_2_FieldsThatAreEqualStaySeparate)
{
    PyObject *capsule = PyCapsule_New(block_.name, block_.name, nullptr);
    PyCapsule_SetContext(capsule, block_.name);
    const Fields same = {block_.name, block_.name, block_.name, nullptr};
    EXPECT_EQ(FieldsOf(capsule), same);
    ASSERT_EQ(PyCapsule_SetName(capsule, "other"), 0);
    EXPECT_EQ(PyCapsule_GetPointer(capsule, "other"), block_.name);
    EXPECT_EQ(PyCapsule_GetContext(capsule), block_.name);
    ASSERT_EQ(PyCapsule_SetPointer(capsule, capsule), 0);
    EXPECT_EQ(PyCapsule_GetContext(capsule), block_.name);
    ASSERT_EQ(PyCapsule_SetContext(capsule, nullptr), 0);
    EXPECT_EQ(PyCapsule_GetPointer(capsule, "other"), capsule);
    Drop(capsule);
}

TEST_F(ValuesTest, GETN_1_NamesInOneBlockStayApart)
{
    PyObject *whole = PyCapsule_New(&block_, block_.name, nullptr);
    PyObject *tail = PyCapsule_New(&block_, block_.name + 2, nullptr);
    EXPECT_EQ(PyCapsule_GetName(whole), block_.name);
    EXPECT_EQ(PyCapsule_GetName(tail), block_.name + 2);
    EXPECT_EQ(PyCapsule_IsValid(tail, "b.c"), 1);
    EXPECT_EQ(PyCapsule_IsValid(whole, "b.c"), 0);
    EXPECT_EQ(PyCapsule_IsValid(tail, block_.name), 0);
    block_.name[3] = '\0'; // now "a.b" and "b"
    EXPECT_EQ(PyCapsule_IsValid(whole, "a.b"), 1);
    EXPECT_EQ(PyCapsule_IsValid(tail, "b"), 1);
    EXPECT_EQ(PyCapsule_IsValid(tail, "b.c"), 0);
    Drop(whole);
    Drop(tail);
}

// The payload and the names belong to the caller: no call writes into them.
TEST_F(ValuesTest, NEW_11_NoCallWritesIntoThePayload)
{
    const std::vector<char> filled(64, 'p');
    std::vector<char> payload = filled, other = filled, context = filled;
    PyObject *capsule = PyCapsule_New(payload.data(), "demo.cap", Count);
    ASSERT_TRUE(capsule);
    PyCapsule_GetPointer(capsule, "demo.cap");
    PyCapsule_IsValid(capsule, "demo.cap");
    EXPECT_EQ(PyCapsule_SetContext(capsule, context.data()), 0);
    EXPECT_EQ(PyCapsule_GetContext(capsule), context.data());
    EXPECT_EQ(PyCapsule_SetDestructor(capsule, nullptr), 0);
    EXPECT_EQ(PyCapsule_SetName(capsule, nullptr), 0);
    EXPECT_EQ(PyCapsule_SetPointer(capsule, other.data()), 0);
    EXPECT_EQ(PyCapsule_SetContext(capsule, nullptr), 0);
    Drop(capsule);
    if (PyObject *unnamed = PyCapsule_New(payload.data(), nullptr, nullptr)) {
        Drop(unnamed);
    }
    PyErr_Clear(); // NEW-4 asks for the capsule without a name
    EXPECT_EQ(payload, filled);
    EXPECT_EQ(other, filled);
    EXPECT_EQ(context, filled);
}

TEST_F(ValuesTest, GETN_3_NoCallWritesIntoANameOfTheCapsule)
{
    const std::string first = "name.of.it", second = "another";
    std::string before = first, after = second, asked = "nam";
    PyObject *capsule = PyCapsule_New(&destroyed, before.c_str(), nullptr);
    ASSERT_TRUE(capsule);
    EXPECT_FALSE(PyCapsule_IsValid(capsule, asked.c_str()));
    EXPECT_EQ(PyCapsule_GetPointer(capsule, before.c_str()), &destroyed);
    EXPECT_EQ(PyCapsule_SetName(capsule, after.c_str()), 0);
    EXPECT_EQ(PyCapsule_SetName(capsule, before.c_str()), 0);
    EXPECT_EQ(PyCapsule_SetName(capsule, nullptr), 0);
    EXPECT_EQ(PyCapsule_SetName(capsule, after.c_str()), 0);
    Drop(capsule);
    EXPECT_EQ(before, first);
    EXPECT_EQ(after, second);
    EXPECT_EQ(asked, "nam");
}

// Different names with the same hash: 16 bits of any hash collide among so many
// names; the pairs collide in usual hashes of 32 bits.
TEST_F(ValuesTest, GETP_3_NamesWithTheSameHashDiffer)
{
    const std::string pairs[][2] = {
        {"liquid", "costarring"},   // FNV-1a
        {"creamwove", "quists"},    // FNV-1
        {"hetairas", "mentioner"},  // times 33, plus
        {"playwright", "snush"},    // times 33, exclusive or
        {"demo.Aa", "demo.BB"},     // times 31
        {"plumless", "buckeroo"},   // CRC-32
        {"demo.abba", "demo.baab"}, // sums and exclusive ors of characters
    };
    for (const auto &pair : pairs) {
        PyObject *capsule = PyCapsule_New(&destroyed, pair[0].c_str(), nullptr);
        EXPECT_EQ(PyCapsule_IsValid(capsule, pair[1].c_str()), 0) << pair[1];
        EXPECT_EQ(PyCapsule_GetPointer(capsule, pair[1].c_str()), nullptr);
        EXPECT_TRUE(rules::Raised(PyExc_ValueError)) << pair[1];
        Drop(capsule);
    }
    PyObject *capsule = PyCapsule_New(&destroyed, "demo.0", nullptr);
    int valid = 0;
    for (int i = 0; i < 500000; i++) {
        const std::string name = "demo." + std::to_string(i);
        valid += PyCapsule_IsValid(capsule, name.c_str());
    }
    EXPECT_EQ(valid, 1);
    Drop(capsule);
}

} // namespace
