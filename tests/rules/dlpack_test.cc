// Section 14 of docs/contract.md: capsule/dlpack.h between a producer, a
// consumer, and another side that has the defects of real ones.
#include <cstdint>

#include "capsule/dlpack.h"
#include "tests/rules/drop.h"
#include "tests/rules/offer.h"
#include "tests/rules/support.h"

namespace rules {
namespace {

int released; // how often the memory of the offered tensor was released

void Release(void *) { released++; }

// Callbacks that break in on the code that calls them.
DLManagedTensor *in_work;
dlpack_taken *taken_in_work;

void ReleaseAndRaise(void *)
{
    released++;
    PyErr_SetString(PyExc_KeyError, "release");
}

void ReleaseAndComeBack(void *)
{
    DLManagedTensor *tensor = in_work;
    released++;
    in_work = nullptr;
    if (tensor)
        tensor->deleter(tensor);
    if (taken_in_work)
        dlpack_release(taken_in_work);
}

// A producer of another project: the struct is static, and its deleter counts.
void DeleteOther(DLManagedTensor *self)
{
    dlpack_taken *taken = taken_in_work;
    ++*static_cast<int *>(self->manager_ctx);
    taken_in_work = nullptr;
    if (taken)
        dlpack_release(taken);
}

void DeleteOtherVersion(DLManagedTensorVersioned *self)
{
    ++*static_cast<int *>(self->manager_ctx);
}

class DLPackTest : public CapsuleTest {
  protected:
    void SetUp() override
    {
        CapsuleTest::SetUp();
        released = 0;
        in_work = nullptr;
        taken_in_work = nullptr;
    }

    PyObject *Offer(void (*release)(void *) = Release)
    {
        return dlpack_offer(&tensor_, nullptr, release);
    }

    PyObject *OfferVersioned()
    {
        return dlpack_offer_versioned(&tensor_, 1, nullptr, Release);
    }

    static DLManagedTensor *In(PyObject *capsule)
    {
        return static_cast<DLManagedTensor *>(
            PyCapsule_GetPointer(capsule, PyCapsule_GetName(capsule)));
    }

    int64_t shape_[2] = {2, 3}, strides_[2] = {3, 1};
    DLTensor tensor_ = {shape_, {1, 0}, 2, {0, 64, 1}, shape_, strides_, 0};
};

// --- correct partners --------------------------------------------------------

TEST_F(DLPackTest, DLPACK_1_TakingRenamesTheCapsule)
{
    PyObject *capsule = Offer(), *versioned = OfferVersioned();
    dlpack_taken taken;
    EXPECT_EQ(dlpack_take(capsule, &taken), 0);
    EXPECT_STREQ(PyCapsule_GetName(capsule), "used_dltensor");
    dlpack_release(&taken);
    EXPECT_EQ(dlpack_take(versioned, &taken), 0);
    EXPECT_STREQ(PyCapsule_GetName(versioned), "used_dltensor_versioned");
    dlpack_release(&taken);
    Drop(capsule);
    Drop(versioned);
}

TEST_F(DLPackTest, DLPACK_2_OfferedTakenAndReleasedOnce)
{
    PyObject *capsule = Offer();
    dlpack_taken taken;
    EXPECT_EQ(dlpack_take(capsule, &taken), 0);
    EXPECT_EQ(released, 0);
    dlpack_release(&taken);
    EXPECT_EQ(released, 1);
    Drop(capsule);
    EXPECT_EQ(released, 1);
}

TEST_F(DLPackTest, DLPACK_2_EachOfferHasATensorOfItsOwn)
{
    PyObject *capsules[] = {Offer(), Offer(), OfferVersioned(),
                            OfferVersioned()};
    dlpack_taken taken[4];
    for (int i = 0; i < 4; i++)
        EXPECT_EQ(dlpack_take(capsules[i], &taken[i]), 0);
    for (int i = 0; i < 4; i++) {
        dlpack_release(&taken[i]);
        EXPECT_EQ(released, i + 1);
    }
    for (PyObject *capsule : capsules)
        Drop(capsule);
}

TEST_F(DLPackTest, DLPACK_2_TheSecondReleaseOfAConsumerDoesNothing)
{
    int deleted = 0;
    DLManagedTensor other = {tensor_, &deleted, DeleteOther};
    PyObject *capsule = PyCapsule_New(&other, "dltensor", nullptr);
    dlpack_taken taken;
    EXPECT_EQ(dlpack_take(capsule, &taken), 0);
    dlpack_release(&taken);
    dlpack_release(&taken);
    EXPECT_EQ(deleted, 1);
    Drop(capsule);
}

TEST_F(DLPackTest, DLPACK_3_TheDestructorDeletesWhatNobodyTook)
{
    Drop(Offer());
    EXPECT_EQ(released, 1);
    Drop(OfferVersioned());
    EXPECT_EQ(released, 2);
}

TEST_F(DLPackTest, DLPACK_3_TheDestructorLeavesATakenTensor)
{
    for (PyObject *capsule : {Offer(), OfferVersioned()}) {
        dlpack_taken taken;
        released = 0;
        EXPECT_EQ(dlpack_take(capsule, &taken), 0);
        Drop(capsule);
        EXPECT_EQ(released, 0);
        dlpack_release(&taken);
        EXPECT_EQ(released, 1);
    }
}

TEST_F(DLPackTest, DLPACK_4_ATakenTensorIsNotTakenAgain)
{
    for (PyObject *capsule : {Offer(), OfferVersioned()}) {
        dlpack_taken first, second;
        released = 0;
        EXPECT_EQ(dlpack_take(capsule, &first), 0);
        EXPECT_EQ(dlpack_take(capsule, &second), -1);
        EXPECT_TRUE(Raised(PyExc_ValueError));
        EXPECT_EQ(second.tensor, nullptr);
        dlpack_release(&second);
        EXPECT_EQ(released, 0);
        dlpack_release(&first);
        EXPECT_EQ(released, 1);
        Drop(capsule);
    }
}

TEST_F(DLPackTest, DLPACK_4_WhatIsNoTensorIsNotTaken)
{
    dlpack_taken taken;
    PyObject *capsule = PyCapsule_New(&tensor_, "dltensor2", nullptr);
    for (PyObject *object : {capsule, Py_None, (PyObject *)nullptr}) {
        EXPECT_EQ(dlpack_take(object, &taken), -1);
        EXPECT_TRUE(Raised(PyExc_ValueError));
    }
    Drop(capsule);
}

TEST_F(DLPackTest, DLPACK_5_TheTakenTensorOutlivesTheCapsule)
{
    PyObject *capsule = Offer();
    dlpack_taken taken;
    EXPECT_EQ(dlpack_take(capsule, &taken), 0);
    Drop(capsule);
    EXPECT_EQ(taken.tensor->data, shape_);
    EXPECT_EQ(taken.tensor->shape[1], 3);
    EXPECT_EQ(taken.tensor->strides[0], 3);
    dlpack_release(&taken);
    EXPECT_EQ(released, 1);
}

TEST_F(DLPackTest, DLPACK_5_ATensorWithoutADeleterIsTakenAndReleased)
{
    DLManagedTensor other = {tensor_, nullptr, nullptr};
    PyObject *capsule = PyCapsule_New(&other, "dltensor", nullptr);
    dlpack_taken taken;
    EXPECT_EQ(dlpack_take(capsule, &taken), 0);
    dlpack_release(&taken);
    EXPECT_TRUE(NothingRaised());
    Drop(capsule);
}

TEST_F(DLPackTest, DLPACK_6_CapsulesHaveTheNameOfTheirStruct)
{
    PyObject *capsule = Offer(), *versioned = OfferVersioned();
    EXPECT_STREQ(PyCapsule_GetName(capsule), "dltensor");
    EXPECT_STREQ(PyCapsule_GetName(versioned), "dltensor_versioned");
    auto *tensor = static_cast<DLManagedTensorVersioned *>(
        PyCapsule_GetPointer(versioned, "dltensor_versioned"));
    EXPECT_EQ(tensor->version.major, 1u);
    EXPECT_EQ(tensor->flags, 1u);
    Drop(capsule);
    Drop(versioned);
}

TEST_F(DLPackTest, DLPACK_7_AnUnknownVersionIsRefusedAndLeftToTheCapsule)
{
    int deleted = 0;
    DLManagedTensorVersioned other = {
        {2, 0}, &deleted, DeleteOtherVersion, 0, tensor_};
    PyObject *capsule = PyCapsule_New(&other, "dltensor_versioned", nullptr);
    dlpack_taken taken;
    EXPECT_EQ(dlpack_take(capsule, &taken), -1);
    EXPECT_TRUE(Raised(PyExc_RuntimeError));
    EXPECT_STREQ(PyCapsule_GetName(capsule), "dltensor_versioned");
    dlpack_release(&taken);
    EXPECT_EQ(deleted, 0);
    other.version.major = 1;
    EXPECT_EQ(dlpack_take(capsule, &taken), 0);
    dlpack_release(&taken);
    EXPECT_EQ(deleted, 1);
    Drop(capsule);
}

TEST_F(DLPackTest, DLPACK_2_AFailedOfferLeavesTheTensorToTheCaller)
{
    FailEachAllocationOfAnOffer([this] { return Offer(); }, released);
}

TEST_F(DLPackTest, DLPACK_2_ATensorWithoutAShapeIsRefused)
{
    DLTensor bad = tensor_;
    bad.shape = nullptr;
    EXPECT_EQ(dlpack_offer(&bad, nullptr, Release), nullptr);
    EXPECT_TRUE(Raised(PyExc_ValueError));
    bad.ndim = 0;
    Drop(dlpack_offer(&bad, nullptr, Release));
    EXPECT_EQ(released, 1);
}

// --- hostile consumers -------------------------------------------------------

TEST_F(DLPackTest, DLPACK_2_ReleasedWithoutARename)
{
    PyObject *capsule = Offer();
    In(capsule)->deleter(In(capsule));
    EXPECT_EQ(released, 1);
    Drop(capsule);
    EXPECT_EQ(released, 1);
}

TEST_F(DLPackTest, DLPACK_2_ReleasedTwice)
{
    PyObject *capsule = Offer();
    DLManagedTensor *tensor = In(capsule);
    PyCapsule_SetName(capsule, "used_dltensor");
    tensor->deleter(tensor);
    tensor->deleter(tensor);
    EXPECT_EQ(released, 1);
    Drop(capsule);
}

TEST_F(DLPackTest, DLPACK_2_MovedInsteadOfCopied)
{
    PyObject *capsule = Offer();
    DLManagedTensor moved = *In(capsule);
    PyCapsule_SetName(capsule, "used_dltensor");
    Drop(capsule);
    EXPECT_EQ(released, 0);
    moved.deleter(&moved);
    EXPECT_EQ(released, 1);
}

TEST_F(DLPackTest, DLPACK_3_RenamedAndGivenBack)
{
    PyObject *capsule = Offer();
    PyCapsule_SetName(capsule, "used_dltensor");
    PyCapsule_SetName(capsule, "dltensor");
    Drop(capsule);
    EXPECT_EQ(released, 1);
}

TEST_F(DLPackTest, DLPACK_2_TheCallbackComesBack)
{
    PyObject *capsule = Offer(ReleaseAndComeBack);
    dlpack_taken taken;
    in_work = In(capsule);
    EXPECT_EQ(dlpack_take(capsule, &taken), 0);
    taken_in_work = &taken;
    dlpack_release(&taken);
    EXPECT_EQ(released, 1);
    Drop(capsule);

    capsule = Offer(ReleaseAndComeBack);
    in_work = In(capsule);
    Drop(capsule);
    EXPECT_EQ(released, 2);
}

TEST_F(DLPackTest, DLPACK_2_TheDeleterComesBack)
{
    int deleted = 0;
    DLManagedTensor other = {tensor_, &deleted, DeleteOther};
    PyObject *capsule = PyCapsule_New(&other, "dltensor", nullptr);
    dlpack_taken taken;
    EXPECT_EQ(dlpack_take(capsule, &taken), 0);
    taken_in_work = &taken;
    dlpack_release(&taken);
    EXPECT_EQ(deleted, 1);
    Drop(capsule);
}

// --- exceptions --------------------------------------------------------------

TEST_F(DLPackTest, DTOR_6_TheDestructorKeepsThePendingException)
{
    PyObject *capsule = Offer(ReleaseAndRaise);
    PendingException pending;
    Drop(capsule);
    EXPECT_TRUE(pending.StillPending());
}

TEST_F(DLPackTest, DTOR_5_TheDestructorLeavesNoExceptionOfTheCallback)
{
    Drop(Offer(ReleaseAndRaise));
    EXPECT_TRUE(NothingRaised());
    EXPECT_EQ(released, 1);
}

TEST_F(DLPackTest, DLPACK_5_ReleasingKeepsThePendingException)
{
    PyObject *capsule = Offer(ReleaseAndRaise);
    dlpack_taken taken;
    EXPECT_EQ(dlpack_take(capsule, &taken), 0);
    {
        PendingException pending;
        dlpack_release(&taken);
        EXPECT_TRUE(pending.StillPending());
    }
    Drop(capsule);
    EXPECT_EQ(released, 1);
}

} // namespace
} // namespace rules
