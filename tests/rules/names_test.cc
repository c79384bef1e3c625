// Names are compared byte by byte: each byte, at each place, in each locale.
#include <clocale>
#include <string>
#include <vector>

#include "tests/rules/drop.h"
#include "tests/rules/support.h"

namespace {

using rules::Drop;
using rules::NothingRaised;
using rules::Raised;
using ::testing::PrintToString; // escapes characters that are not ASCII

class NamesTest : public rules::CapsuleTest {
  protected:
    // Calls about two names that may differ. The capsule keeps the text that
    // `stored` has at the time of the call.
    bool Match(const std::string &stored, const std::string &asked)
    {
        PyCapsule_SetName(capsule_, stored.c_str());
        bool valid = PyCapsule_IsValid(capsule_, asked.c_str());
        bool got = PyCapsule_GetPointer(capsule_, asked.c_str());
        EXPECT_EQ(PyErr_Occurred() == nullptr, got);
        PyErr_Clear();
        EXPECT_EQ(valid, got) << "stored " << PrintToString(stored)
                              << ", asked " << PrintToString(asked);
        return got;
    }

    // Expects that the names differ, whichever of them the capsule has.
    void ExpectDifferent(const std::string &a, const std::string &b)
    {
        EXPECT_FALSE(Match(a, b))
            << "stored " << PrintToString(a) << ", asked " << PrintToString(b);
        EXPECT_FALSE(Match(b, a))
            << "stored " << PrintToString(b) << ", asked " << PrintToString(a);
    }

    void SetUp() override
    {
        CapsuleTest::SetUp();
        capsule_ = PyCapsule_New(&payload_, nullptr, nullptr);
    }

    void TearDown() override
    {
        Drop(capsule_);
        CapsuleTest::TearDown();
    }

    int payload_ = 0;
    PyObject *capsule_ = nullptr;
};

// Before, between and behind other bytes.
const char *const FRAMES[][2] = {{"", "b"}, {"a", "b"}, {"a", ""}};

TEST_F(NamesTest, GETP_3_NoTwoBytesAreEqual)
{
    for (const auto &frame : FRAMES) {
        for (int x = 1; x < 256; x++) {
            const std::string stored = frame[0] + std::string(1, x) + frame[1];
            PyCapsule_SetName(capsule_, stored.c_str());
            for (int y = 1; y < 256; y++) {
                const std::string asked =
                    frame[0] + std::string(1, y) + frame[1];
                ASSERT_EQ(PyCapsule_IsValid(capsule_, asked.c_str()), x == y)
                    << PrintToString(stored) << ", " << PrintToString(asked);
            }
        }
    }
}

TEST_F(NamesTest, GETP_3_NoByteIsLeftOut)
{
    const std::string name = "demo._C";
    for (int byte = 1; byte < 256; byte++) {
        for (size_t place = 0; place <= name.size(); place++) {
            for (size_t count : {1u, 2u}) {
                std::string longer = name;
                longer.insert(place, count, static_cast<char>(byte));
                ExpectDifferent(name, longer);
            }
        }
        ExpectDifferent("", std::string(1, static_cast<char>(byte)));
    }
}

// A comparison by words, by halves or by samples leaves out some bytes.
TEST_F(NamesTest, GETP_3_EachByteOfANameOfAnyLengthCounts)
{
    for (size_t length = 1; length <= 300; length++) {
        const std::string name(length, 'n');
        PyCapsule_SetName(capsule_, name.c_str());
        ASSERT_EQ(PyCapsule_IsValid(capsule_, std::string(name).c_str()), 1);
        for (size_t place = 0; place < length; place++) {
            std::string other = name;
            other[place] = 'm';
            ASSERT_EQ(PyCapsule_IsValid(capsule_, other.c_str()), 0)
                << "length " << length << ", place " << place;
        }
    }
}

TEST_F(NamesTest, GETP_3_NamesWithTheSameBytesInAnotherOrderDiffer)
{
    ExpectDifferent("demo.ab", "demo.ba");
    ExpectDifferent("abcdefgh.ijklmnop", "ijklmnop.abcdefgh");
    ExpectDifferent(std::string(40, 'a') + std::string(40, 'b'),
                    std::string(40, 'b') + std::string(40, 'a'));
}

// Restores the locale of the process.
class Locale {
  public:
    explicit Locale(const char *name) : before_(setlocale(LC_ALL, nullptr))
    {
        exists_ = setlocale(LC_ALL, name) != nullptr;
    }
    ~Locale() { setlocale(LC_ALL, before_.c_str()); }
    bool exists() const { return exists_; }

  private:
    std::string before_;
    bool exists_;
};

// Letters of both cases, letters that some locales ignore or treat as equal,
// and bytes that are no characters at all.
const std::vector<std::string> TEXTS = {
    "demo.i",
    "demo.I",
    "demo.\xc4\xb0",
    "demo.\xc4\xb1", // Turkish
    "demo.\xc3\xa9",
    "demo.\xc3\x89",
    "demo.e", // é, É
    "demo.\xe9",
    "demo.\xc9", // the same letters in ISO 8859-1
    "demo.\xff",
    "demo.\xfe",
    "demo.\x80", // not UTF-8
    "demo.\xe2\x80\x8b",
    "demo.", // a space of no width
    "demo.ss",
    "demo.\xc3\x9f", // ß
    "demo.-",
    "demo._",
    "demo.,",
    "demo..",
};

TEST_F(NamesTest, GETP_3_TheLocaleDoesNotMatter)
{
    for (const char *name :
         {"C", "C.UTF-8", "en_US.UTF-8", "tr_TR.UTF-8", "de_DE.ISO-8859-1"}) {
        Locale locale(name);
        for (size_t i = 0; locale.exists() && i < TEXTS.size(); i++) {
            EXPECT_TRUE(Match(TEXTS[i], std::string(TEXTS[i])))
                << name << ": " << PrintToString(TEXTS[i]);
            for (size_t j = 0; j < i; j++) {
                SCOPED_TRACE(name);
                ExpectDifferent(TEXTS[i], TEXTS[j]);
            }
        }
    }
    EXPECT_TRUE(NothingRaised());
}

} // namespace
