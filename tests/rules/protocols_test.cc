// Section 14 of docs/contract.md: DLPack and Arrow, protocols on top of
// capsules. Each test has a producer and a consumer that obey, and shows what
// the rule rests on: names, destructors and one owner at a time.
#include <cstdint>

#include "tests/rules/drop.h"
#include "tests/rules/support.h"

namespace rules {
namespace {

// The part of DLManagedTensor that has an owner.
struct Tensor {
    void (*deleter)(Tensor *);
    int deleted;
};

// The part of an Arrow structure that has an owner.
struct Schema {
    void (*release)(Schema *);
    int *released; // private_data: moves with the structure
};

void DeleteTensor(Tensor *tensor) { tensor->deleted++; }

void ReleaseSchema(Schema *schema)
{
    ++*schema->released;
    schema->release = nullptr;
}

// The destructors of producers that obey.
void EndOfTensor(PyObject *capsule)
{
    if (!PyCapsule_IsValid(capsule, "dltensor"))
        return;
    auto *tensor =
        static_cast<Tensor *>(PyCapsule_GetPointer(capsule, "dltensor"));
    tensor->deleter(tensor);
}

void EndOfSchema(PyObject *capsule)
{
    auto *schema =
        static_cast<Schema *>(PyCapsule_GetPointer(capsule, "arrow_schema"));
    if (schema->release)
        schema->release(schema);
}

class ProtocolsTest : public CapsuleTest {
  protected:
    PyObject *OfferTensor()
    {
        return PyCapsule_New(&tensor_, "dltensor", EndOfTensor);
    }

    PyObject *OfferSchema()
    {
        return PyCapsule_New(&schema_, "arrow_schema", EndOfSchema);
    }

    static Tensor *Take(PyObject *capsule)
    {
        void *tensor = PyCapsule_GetPointer(capsule, "dltensor");
        if (tensor)
            EXPECT_EQ(PyCapsule_SetName(capsule, "used_dltensor"), 0);
        return static_cast<Tensor *>(tensor);
    }

    int released_ = 0;
    Tensor tensor_ = {DeleteTensor, 0};
    Schema schema_ = {ReleaseSchema, &released_};
};

TEST_F(ProtocolsTest, DLPACK_1_ASecondConsumerGetsAnError)
{
    PyObject *capsule = OfferTensor();
    EXPECT_EQ(Take(capsule), &tensor_);
    EXPECT_EQ(Take(capsule), nullptr);
    EXPECT_TRUE(Raised(PyExc_ValueError));
    Drop(capsule);
}

TEST_F(ProtocolsTest, DLPACK_2_TheDeleterRunsOnceTakenOrNot)
{
    Drop(OfferTensor());
    EXPECT_EQ(tensor_.deleted, 1);
    PyObject *capsule = OfferTensor();
    Take(capsule)->deleter(&tensor_);
    Drop(capsule);
    EXPECT_EQ(tensor_.deleted, 2);
}

TEST_F(ProtocolsTest, DLPACK_3_TheDestructorLeavesATakenTensor)
{
    PyObject *capsule = OfferTensor();
    Take(capsule);
    Drop(capsule);
    EXPECT_EQ(tensor_.deleted, 0);
}

TEST_F(ProtocolsTest, DLPACK_4_TheFirstNameOfATakenCapsuleIsNotValid)
{
    PyObject *capsule = OfferTensor();
    EXPECT_TRUE(PyCapsule_IsValid(capsule, "dltensor"));
    Take(capsule);
    EXPECT_FALSE(PyCapsule_IsValid(capsule, "dltensor"));
    EXPECT_TRUE(PyCapsule_IsValid(capsule, "used_dltensor"));
    Drop(capsule);
}

TEST_F(ProtocolsTest, DLPACK_5_TheConsumerReleasesAfterTheCapsuleIsGone)
{
    PyObject *capsule = OfferTensor();
    Tensor *tensor = Take(capsule);
    Drop(capsule);
    tensor->deleter(tensor);
    EXPECT_EQ(tensor_.deleted, 1);
}

TEST_F(ProtocolsTest, ARROW_1_AMovedStructureIsNotReleasedByTheCapsule)
{
    PyObject *capsule = OfferSchema();
    Schema moved = schema_;
    schema_.release = nullptr;
    Drop(capsule);
    EXPECT_EQ(released_, 0);
    moved.release(&moved);
    EXPECT_EQ(released_, 1);
}

TEST_F(ProtocolsTest, ARROW_2_ReleasedInTheCapsuleItIsNotReleasedAgain)
{
    PyObject *capsule = OfferSchema();
    schema_.release(&schema_);
    Drop(capsule);
    EXPECT_EQ(released_, 1);
}

TEST_F(ProtocolsTest, ARROW_3_TheOriginalShowsThatItIsReleased)
{
    PyObject *capsule = OfferSchema();
    schema_.release(&schema_);
    auto *schema =
        static_cast<Schema *>(PyCapsule_GetPointer(capsule, "arrow_schema"));
    EXPECT_EQ(schema->release, nullptr);
    Drop(capsule);
}

TEST_F(ProtocolsTest, ARROW_4_WhatNobodyTookIsReleasedByTheDestructor)
{
    Drop(OfferSchema());
    EXPECT_EQ(released_, 1);
}

} // namespace
} // namespace rules
