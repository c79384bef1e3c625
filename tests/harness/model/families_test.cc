// The model predicts the calls of each family. There is no implementation: a
// fake performer returns the values.
#include <gtest/gtest.h>

#include <cstring>
#include <string>

#include "fuzz/model/step.h"

namespace {

class FamiliesTest : public testing::Test {
  protected:
    FamiliesTest() { Reset({}); }

    void Reset(const profile &p)
    {
        profile_ = p;
        profile_.name = "test";
        model_reset(&model_, &profile_, false);
    }

    // Runs the calls. Returns one word per call, separated by blanks:
    // "left-out" if the model refuses the call; else the rule of the predicted
    // value, after "!" if the call fails.
    std::string Run(const std::string &text)
    {
        static const performer PERFORMER = {nullptr,        Begin,   Perform,
                                            OwesDestructor, nullptr, Done};
        char error[200];
        said_.clear();
        EXPECT_TRUE(program_parse(&program_, text.data(), text.size(), "t",
                                  nullptr, error, sizeof error))
            << error;
        for (unsigned i = 0; i < program_.call_count; i++) {
            if (!model_step(&model_, &PERFORMER, this, &program_,
                            &program_.calls[i])) {
                Say("left-out");
            }
        }
        return said_;
    }

    model model_;
    prediction last_;

  private:
    static bool Begin(void *self, step *s)
    {
        auto *test = static_cast<FamiliesTest *>(self);
        return model_permits(&test->model_, s->call, s->args, &s->prediction);
    }

    // Gives each capsule and each block its own address; a name keeps its text.
    static uintptr_t Perform(void *self, step *s)
    {
        auto *test = static_cast<FamiliesTest *>(self);
        switch (CALLS[s->call->op].yields) {
        case RESULT_BUFFER:
            return s->args[0].value.address;
        case RESULT_PAYLOAD:
            return 0x10000u + test->model_.block_count;
        case RESULT_CAPSULE:
            return s->prediction.fails ? 0 : 1u + test->model_.capsule_count;
        default:
            return s->prediction.value;
        }
    }

    static void OwesDestructor(void *self, const step *, int capsule)
    {
        static const performer INNER = {nullptr,        Begin,   Perform,
                                        OwesDestructor, nullptr, nullptr};
        auto *test = static_cast<FamiliesTest *>(self);
        const model_capsule &dying = test->model_.capsule[capsule];
        int behaviour = dying.destructor;
        model_enter_destructor(&test->model_, dying.handle);
        model_run_destructor(&test->model_, &INNER, self, behaviour);
        model_leave_destructor(&test->model_);
    }

    static void Done(void *self, step *s)
    {
        auto *test = static_cast<FamiliesTest *>(self);
        test->last_ = s->prediction;
        test->Say(std::string(s->prediction.fails ? "!" : "") +
                  CONTRACT[s->prediction.rule].id);
    }

    void Say(const std::string &word)
    {
        said_ += (said_.empty() ? "" : " ") + word;
    }

    profile profile_;
    program program_;
    std::string said_;
};

TEST_F(FamiliesTest, MemoryIsFreedOnce)
{
    EXPECT_EQ(Run("p0 = payload(8)\nfree(p0)\nfree(p0)\n"),
              "TYPE-1 TYPE-1 left-out");
    EXPECT_EQ(model_.block_slot[0], NOTHING);
}

TEST_F(FamiliesTest, MemoryInUseAsANameIsNotFreed)
{
    EXPECT_EQ(Run("n0 = name(\"a\")\nc0 = PyCapsule_New(0x1, n0, NULL)\n"
                  "free(n0)\nPy_DECREF(c0)\nfree(n0)\n"),
              "TYPE-1 NEW-11 left-out TYPE-1 TYPE-1");
}

TEST_F(FamiliesTest, CapsulesCompareNamesByteByByte)
{
    EXPECT_EQ(Run("c0 = PyCapsule_New(0x2, \"a.b\", NULL)\n"
                  "PyCapsule_GetPointer(c0, \"a.\")\n"),
              "NEW-11 !GETP-3");
    EXPECT_STREQ(last_.message,
                 "PyCapsule_GetPointer called with incorrect name");
    EXPECT_TRUE(model_.error.set);
}

TEST_F(FamiliesTest, CapsulesHaveNoNullPointer)
{
    EXPECT_EQ(Run("c0 = PyCapsule_New(NULL, NULL, NULL)\n"), "!NEW-2");
    EXPECT_EQ(model_.capsule_count, 0);
    EXPECT_EQ(last_.exception, EXCEPTION_VALUE_ERROR);
}

TEST_F(FamiliesTest, CapsulesFollowTheirSetters)
{
    Run("c0 = PyCapsule_New(0x1, NULL, NULL)\nPyCapsule_SetPointer(c0, 0x2)\n"
        "PyCapsule_SetContext(c0, 0x1000)\n");
    EXPECT_EQ(model_.capsule[0].field[FIELD_POINTER].address, 2u);
    EXPECT_EQ(model_.capsule[0].field[FIELD_CONTEXT].address, 0x1000u);
}

TEST_F(FamiliesTest, ReferencesEndTheCapsuleWithTheLast)
{
    EXPECT_EQ(Run("c0 = PyCapsule_New(0x1, NULL, log)\nPy_INCREF(c0)\n"
                  "Py_DECREF(c0)\nPy_DECREF(c0)\nPy_DECREF(c0)\n"),
              "NEW-4 TYPE-1 TYPE-1 TYPE-1 left-out");
    EXPECT_EQ(model_.capsule[0].life, LIFE_DEAD);
    EXPECT_TRUE(model_.capsule[0].destructor_ran);
}

TEST_F(FamiliesTest, ReferencesInCyclesWaitForTheCollector)
{
    Run("c0 = PyCapsule_New(0x1, NULL, NULL)\nleave_in_cycle(c0)\n");
    EXPECT_EQ(model_.capsule[0].life, LIFE_ALIVE);
    EXPECT_EQ(model_.capsule[0].in_cycles, 1);
    Run("PyGC_Collect()\n");
    EXPECT_EQ(model_.capsule[0].life, LIFE_DEAD);
}

TEST_F(FamiliesTest, ErrorsAreSavedAndRestored)
{
    EXPECT_EQ(Run("restore_error()\nPyErr_SetNone(PyExc_KeyError)\n"
                  "save_error()\n"),
              "left-out TYPE-1 TYPE-1");
    EXPECT_FALSE(model_.error.set);
    Run("restore_error()\n");
    EXPECT_TRUE(model_.error.set);
    EXPECT_EQ(model_.error.type, EXCEPTION_KEY_ERROR);
}

TEST_F(FamiliesTest, OwnershipGivesThePayloadToTheDestructor)
{
    EXPECT_EQ(
        Run("p0 = payload(8)\nc0 = PyCapsule_New(p0, NULL, free_payload)\n"
            "free(p0)\nPy_DECREF(c0)\n"),
        "TYPE-1 NEW-4 left-out TYPE-1");
    EXPECT_FALSE(model_.block[0].alive);
}

TEST_F(FamiliesTest, ObjectsAreNotCopied)
{
    EXPECT_EQ(Run("c0 = PyCapsule_New(0x1, NULL, NULL)\ncopy(c0, 2)\n"),
              "NEW-4 !BUG-7");
    EXPECT_STREQ(last_.message, "cannot pickle 'PyCapsule' object");
    profile old = {};
    old.says_cant_pickle = true;
    Reset(old);
    Run("c0 = PyCapsule_New(0x1, NULL, NULL)\ncopy(c0, 2)\n");
    EXPECT_STREQ(last_.message, "can't pickle PyCapsule objects");
}

TEST_F(FamiliesTest, AllocationFailsOnlyInCallsThatAllocate)
{
    for (unsigned op = 0; op < CALL_COUNT; op++) {
        call c = {};
        prediction p = {};
        c.op = static_cast<uint8_t>(op);
        EXPECT_EQ(model_predict_no_memory(&c, &p), CALLS[op].allocations > 0)
            << CALLS[op].name;
        EXPECT_EQ(p.fails, CALLS[op].allocations > 0) << CALLS[op].name;
        if (p.fails) {
            EXPECT_EQ(p.exception, EXCEPTION_MEMORY_ERROR) << CALLS[op].name;
        }
    }
}

TEST_F(FamiliesTest, TablesOfAnotherVersionAreRefused)
{
    EXPECT_EQ(Run("p0 = table(2, 24, 24)\n"
                  "c0 = PyCapsule_New(p0, \"t\", NULL)\n"
                  "take_table(c0, \"t\")\n"),
              "API-1 NEW-1 !API-2");
}

TEST_F(FamiliesTest, CobjectsNeedAProfileThatHasThem)
{
    EXPECT_EQ(Run("new_cobject(0x1, NULL, 0)\n"), "left-out");
    profile with = {};
    with.has_cobject = true;
    Reset(with);
    EXPECT_EQ(Run("new_cobject(0x1, NULL, 0)\n"), "COBJ-2");
    EXPECT_TRUE(model_.cobject.alive);
}

TEST_F(FamiliesTest, ModulesKeepPublishedCapsules)
{
    Run("c0 = PyCapsule_New(0x1, \"demo.cap\", NULL)\n"
        "publish(\"demo\", \"cap\", c0)\n");
    EXPECT_EQ(model_.capsule[0].published, 1);
    EXPECT_EQ(Run("PyCapsule_Import(\"demo.cap\", 0)\n"), "IMP-1");
    EXPECT_EQ(last_.value, 1u);
}

TEST_F(FamiliesTest, InterpretersHaveTheirOwnModules)
{
    EXPECT_EQ(Run("c0 = PyCapsule_New(0x1, NULL, NULL)\nshare(c0)\n"
                  "import_shared()\n"),
              "NEW-4 SUB-2 SUB-2");
    EXPECT_EQ(last_.value, 1u);
    Run("start_interpreter()\nimport_shared()\n");
    EXPECT_EQ(last_.value, 0u);
    EXPECT_EQ(Run("end_interpreter()\n"), "DTOR-10");
    EXPECT_EQ(model_.current, 0);
}

} // namespace
