// Section 14 of docs/contract.md: capsule/arrow.h between a producer, a
// consumer, and another side that has the defects of real ones.
#include <cstdint>
#include <cstring>

#include "capsule/arrow.h"
#include "tests/rules/drop.h"
#include "tests/rules/offer.h"
#include "tests/rules/support.h"

namespace rules {
namespace {

int released; // how often the resource of the offered struct was released

// True if callbacks raise an exception.
bool raises;

// The consumer's struct, which a callback releases again.
ArrowSchema *taken_in_work;

void Count()
{
    released++;
    if (raises)
        PyErr_SetString(PyExc_KeyError, "release");
}

void ReleaseSchema(ArrowSchema *self)
{
    self->release = nullptr;
    Count();
}

void ReleaseArray(ArrowArray *self)
{
    self->release = nullptr;
    Count();
}

void ReleaseStream(ArrowArrayStream *self)
{
    self->release = nullptr;
    Count();
}

// A producer of another project that forgets to mark the struct.
void ReleaseUnmarked(ArrowSchema *)
{
    ArrowSchema *taken = taken_in_work;
    Count();
    taken_in_work = nullptr;
    if (taken)
        arrow_release_schema(taken);
}

int GetSchema(ArrowArrayStream *self, ArrowSchema *out)
{
    std::memset(out, 0, sizeof *out);
    out->format = static_cast<const char *>(self->private_data);
    return 0;
}

int GetNext(ArrowArrayStream *self, ArrowArray *out)
{
    std::memset(out, 0, sizeof *out);
    out->length = *static_cast<const char *>(self->private_data);
    return 0;
}

const char *GetLastError(ArrowArrayStream *self)
{
    return static_cast<const char *>(self->private_data);
}

char text[] = "i";

class ArrowTest : public CapsuleTest {
  protected:
    void SetUp() override
    {
        CapsuleTest::SetUp();
        released = 0;
        raises = false;
        taken_in_work = nullptr;
        std::memset(&schema_, 0, sizeof schema_);
        std::memset(&array_, 0, sizeof array_);
        std::memset(&device_array_, 0, sizeof device_array_);
        schema_.format = text;
        schema_.release = ReleaseSchema;
        array_.length = 7;
        array_.release = ReleaseArray;
        device_array_.array = array_;
        device_array_.device_id = 5;
        stream_ = {GetSchema, GetNext, GetLastError, ReleaseStream, text};
    }

    PyObject *Offer() { return arrow_offer_schema(&schema_); }

    static ArrowSchema *In(PyObject *capsule)
    {
        return static_cast<ArrowSchema *>(
            PyCapsule_GetPointer(capsule, "arrow_schema"));
    }

    ArrowSchema schema_, taken_;
    ArrowArray array_, taken_array_;
    ArrowDeviceArray device_array_, taken_device_array_;
    ArrowArrayStream stream_, taken_stream_;
};

// --- correct partners --------------------------------------------------------

TEST_F(ArrowTest, ARROW_1_ASchemaMoves)
{
    PyObject *capsule = Offer();
    EXPECT_EQ(schema_.release, nullptr);
    EXPECT_EQ(arrow_take_schema(capsule, &taken_), 0);
    EXPECT_EQ(In(capsule)->release, nullptr);
    EXPECT_EQ(taken_.format, text);
    Drop(capsule);
    EXPECT_EQ(released, 0);
    arrow_release_schema(&taken_);
    EXPECT_EQ(released, 1);
}

TEST_F(ArrowTest, ARROW_1_AnArrayMoves)
{
    PyObject *capsule = arrow_offer_array(&array_);
    EXPECT_EQ(array_.release, nullptr);
    EXPECT_EQ(arrow_take_array(capsule, &taken_array_), 0);
    EXPECT_EQ(taken_array_.length, 7);
    Drop(capsule);
    EXPECT_EQ(released, 0);
    arrow_release_array(&taken_array_);
    EXPECT_EQ(released, 1);
}

TEST_F(ArrowTest, ARROW_1_AnArrayOnADeviceMoves)
{
    PyObject *capsule = arrow_offer_device_array(&device_array_);
    EXPECT_EQ(device_array_.array.release, nullptr);
    EXPECT_EQ(arrow_take_device_array(capsule, &taken_device_array_), 0);
    EXPECT_EQ(taken_device_array_.array.length, 7);
    EXPECT_EQ(taken_device_array_.device_id, 5);
    Drop(capsule);
    EXPECT_EQ(released, 0);
    arrow_release_device_array(&taken_device_array_);
    EXPECT_EQ(released, 1);
}

TEST_F(ArrowTest, ARROW_1_AStreamMovesAndStillWorks)
{
    PyObject *capsule = arrow_offer_stream(&stream_);
    EXPECT_EQ(stream_.release, nullptr);
    EXPECT_EQ(arrow_take_stream(capsule, &taken_stream_), 0);
    Drop(capsule);
    EXPECT_EQ(taken_stream_.get_schema(&taken_stream_, &schema_), 0);
    EXPECT_EQ(schema_.format, text);
    EXPECT_EQ(taken_stream_.get_next(&taken_stream_, &array_), 0);
    EXPECT_EQ(array_.length, 'i');
    EXPECT_EQ(taken_stream_.get_last_error(&taken_stream_), text);
    EXPECT_EQ(released, 0);
    arrow_release_stream(&taken_stream_);
    EXPECT_EQ(released, 1);
}

TEST_F(ArrowTest, ARROW_2_TheSecondReleaseOfAConsumerDoesNothing)
{
    schema_.release = ReleaseUnmarked;
    PyObject *capsule = PyCapsule_New(&schema_, "arrow_schema", nullptr);
    EXPECT_EQ(arrow_take_schema(capsule, &taken_), 0);
    arrow_release_schema(&taken_);
    EXPECT_EQ(released, 1);
    arrow_release_schema(&taken_);
    EXPECT_EQ(released, 1);
    Drop(capsule);
}

TEST_F(ArrowTest, ARROW_3_ReleasedStructsAreMarked)
{
    PyObject *capsule = Offer();
    In(capsule)->release(In(capsule));
    EXPECT_EQ(In(capsule)->release, nullptr);
    Drop(capsule);
    capsule = arrow_offer_array(&array_);
    auto *array =
        static_cast<ArrowArray *>(PyCapsule_GetPointer(capsule, "arrow_array"));
    array->release(array);
    EXPECT_EQ(array->release, nullptr);
    Drop(capsule);
    capsule = arrow_offer_stream(&stream_);
    auto *stream = static_cast<ArrowArrayStream *>(
        PyCapsule_GetPointer(capsule, "arrow_array_stream"));
    stream->release(stream);
    EXPECT_EQ(stream->release, nullptr);
    Drop(capsule);
    EXPECT_EQ(released, 3);
}

TEST_F(ArrowTest, ARROW_4_WhatNobodyTookIsReleasedByTheDestructor)
{
    Drop(Offer());
    EXPECT_EQ(released, 1);
    Drop(arrow_offer_array(&array_));
    EXPECT_EQ(released, 2);
    Drop(arrow_offer_device_array(&device_array_));
    EXPECT_EQ(released, 3);
    Drop(arrow_offer_stream(&stream_));
    EXPECT_EQ(released, 4);
}

TEST_F(ArrowTest, ARROW_4_TheDestructorLeavesAMovedStruct)
{
    PyObject *capsule = Offer();
    EXPECT_EQ(arrow_take_schema(capsule, &taken_), 0);
    Drop(capsule);
    EXPECT_EQ(released, 0);
    arrow_release_schema(&taken_);
}

TEST_F(ArrowTest, ARROW_4_TheDestructorDoesNotAskForTheName)
{
    PyObject *capsule = Offer();
    PyCapsule_SetName(capsule, "another name");
    Drop(capsule);
    EXPECT_EQ(released, 1);
}

TEST_F(ArrowTest, ARROW_5_CapsulesHaveTheNameOfTheirStruct)
{
    PyObject *capsules[] = {Offer(), arrow_offer_array(&array_),
                            arrow_offer_stream(&stream_),
                            arrow_offer_device_array(&device_array_)};
    const char *names[] = {"arrow_schema", "arrow_array", "arrow_array_stream",
                           "arrow_device_array"};
    for (int i = 0; i < 4; i++) {
        EXPECT_STREQ(PyCapsule_GetName(capsules[i]), names[i]);
        Drop(capsules[i]);
    }
}

TEST_F(ArrowTest, ARROW_5_ACapsuleOfAnotherStructIsRefused)
{
    PyObject *capsule = arrow_offer_array(&array_), *renamed = Offer();
    PyCapsule_SetName(renamed, "arrow_schema2");
    for (PyObject *object : {capsule, renamed, Py_None, (PyObject *)nullptr}) {
        EXPECT_EQ(arrow_take_schema(object, &taken_), -1);
        EXPECT_TRUE(Raised(PyExc_ValueError));
        EXPECT_EQ(taken_.release, nullptr);
    }
    Drop(capsule);
    Drop(renamed);
    EXPECT_EQ(released, 2);
}

TEST_F(ArrowTest, ARROW_6_AReleasedStructIsRefused)
{
    PyObject *capsule = Offer();
    EXPECT_EQ(arrow_take_schema(capsule, &taken_), 0);
    ArrowSchema second;
    EXPECT_EQ(arrow_take_schema(capsule, &second), -1);
    EXPECT_TRUE(Raised(PyExc_ValueError));
    arrow_release_schema(&second);
    EXPECT_EQ(released, 0);
    arrow_release_schema(&taken_);
    Drop(capsule);

    EXPECT_EQ(arrow_offer_schema(&taken_), nullptr);
    EXPECT_TRUE(Raised(PyExc_ValueError));
}

TEST_F(ArrowTest, ARROW_7_AMovedStructIsReleasedWhereItIs)
{
    PyObject *capsule = Offer();
    ArrowSchema moved = *In(capsule), again;
    In(capsule)->release = nullptr;
    Drop(capsule);
    again = moved;
    std::memset(&moved, 0xee, sizeof moved);
    again.release(&again);
    EXPECT_EQ(released, 1);
    EXPECT_EQ(again.release, nullptr);
}

TEST_F(ArrowTest, ARROW_2_AFailedOfferLeavesTheStructToTheCaller)
{
    FailEachAllocationOfAnOffer([this] { return Offer(); }, released,
                                [this] { return schema_.release != nullptr; });
}

// --- hostile consumers -------------------------------------------------------

TEST_F(ArrowTest, ARROW_2_ReleasedInTheCapsule)
{
    PyObject *capsule = Offer();
    In(capsule)->release(In(capsule));
    Drop(capsule);
    EXPECT_EQ(released, 1);
}

TEST_F(ArrowTest, ARROW_2_CopiedInsteadOfMoved)
{
    PyObject *capsule = Offer();
    ArrowSchema copy = *In(capsule);
    copy.release(&copy);
    EXPECT_EQ(released, 1);
    EXPECT_NE(In(capsule)->release, nullptr);
    Drop(capsule);
    EXPECT_EQ(released, 1);
}

TEST_F(ArrowTest, ARROW_2_TwoCopiesReleased)
{
    PyObject *capsule = Offer();
    ArrowSchema one = *In(capsule), other = *In(capsule);
    In(capsule)->release = nullptr;
    one.release(&one);
    other.release(&other);
    EXPECT_EQ(released, 1);
    Drop(capsule);
}

TEST_F(ArrowTest, ARROW_2_TheCallbackComesBack)
{
    schema_.release = ReleaseUnmarked;
    PyObject *capsule = PyCapsule_New(&schema_, "arrow_schema", nullptr);
    EXPECT_EQ(arrow_take_schema(capsule, &taken_), 0);
    taken_in_work = &taken_;
    arrow_release_schema(&taken_);
    EXPECT_EQ(released, 1);
    Drop(capsule);
}

// --- exceptions --------------------------------------------------------------

TEST_F(ArrowTest, DTOR_6_TheDestructorKeepsThePendingException)
{
    PyObject *capsule = Offer();
    raises = true;
    PendingException pending;
    Drop(capsule);
    EXPECT_TRUE(pending.StillPending());
}

TEST_F(ArrowTest, DTOR_5_TheDestructorLeavesNoExceptionOfTheCallback)
{
    raises = true;
    Drop(Offer());
    EXPECT_TRUE(NothingRaised());
    EXPECT_EQ(released, 1);
}

TEST_F(ArrowTest, ARROW_2_ReleasingKeepsThePendingException)
{
    PyObject *capsule = Offer();
    raises = true;
    EXPECT_EQ(arrow_take_schema(capsule, &taken_), 0);
    {
        PendingException pending;
        arrow_release_schema(&taken_);
        EXPECT_TRUE(pending.StillPending());
    }
    Drop(capsule);
    EXPECT_EQ(released, 1);
}

} // namespace
} // namespace rules
