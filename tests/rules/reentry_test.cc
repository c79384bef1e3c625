// Calls of the API inside other calls that run foreign code: an import inside
// __getattr__, inside the initialisation of a module and inside destructors;
// calls about other capsules inside destructors; three levels of each.

#include <string>

#include "tests/rules/drop.h"
#include "tests/rules/modules.h"
#include "tests/rules/support.h"

namespace {

using rules::BeforeStart;
using rules::Drop;
using rules::Forget;
using rules::Importable;
using rules::NothingRaised;
using rules::Publish;
using rules::Raised;

int payloads[4];

// Imports that the foreign code of a test makes.
int imports_inside, wrong_imports;

// The module that foreign code imports from.
class ReentryTest : public rules::CapsuleTest {
  protected:
    void SetUp() override
    {
        CapsuleTest::SetUp();
        imports_inside = wrong_imports = 0;
    }

    void TearDown() override
    {
        Forget("reinit");
        CapsuleTest::TearDown();
    }
};

// Two imports: one that works and one that fails.
void ImportInside()
{
    imports_inside++;
    void *pointer = PyCapsule_Import("reinner.cap", 0);
    wrong_imports += pointer != &payloads[0] || PyErr_Occurred();
    PyErr_Clear();
    pointer = PyCapsule_Import("reinner.cap.none", 0);
    wrong_imports += pointer || !PyErr_ExceptionMatches(PyExc_AttributeError);
    PyErr_Clear();
}

// The hook of `reouter`: a missing attribute is the module itself.
PyObject *ImportThenAnswer(PyObject *, PyObject *name)
{
    std::string text = rules::TextOf(name);
    if (rules::IsSpecialName(text)) {
        return PyErr_Format(PyExc_AttributeError, "%s", text.c_str());
    }
    ImportInside();
    return PyImport_ImportModule("reouter");
}

TEST_F(ReentryTest, IMP_3_AnImportInsideGetattrDisturbsNone)
{
    NEEDS_MODULE_GETATTR();
    Importable inner("reinner"), outer("reouter");
    Publish(inner.get(), "cap", &payloads[0], "reinner.cap");
    Publish(outer.get(), "cap", &payloads[1], "reouter.a.b.cap");
    static PyMethodDef hook = {"__getattr__", ImportThenAnswer, METH_O,
                               nullptr};
    rules::AskForMissingAttributes(outer.get(), &hook);
    EXPECT_EQ(PyCapsule_Import("reouter.a.b.cap", 0), &payloads[1]);
    EXPECT_TRUE(NothingRaised());
    EXPECT_EQ(PyCapsule_Import("reouter.a.longer.than.inner.cap", 0), nullptr);
    EXPECT_TRUE(Raised(PyExc_AttributeError,
                       "PyCapsule_Import \"reouter.a.longer.than.inner.cap\" "
                       "is not valid"));
    EXPECT_EQ(imports_inside, 6);
    EXPECT_EQ(wrong_imports, 0);
}

// The hook of `redeep`: imports itself, one attribute less each time.
PyObject *ImportDeeper(PyObject *, PyObject *name)
{
    std::string text = rules::TextOf(name);
    if (rules::IsSpecialName(text)) {
        return PyErr_Format(PyExc_AttributeError, "%s", text.c_str());
    }
    int level = text[1] - '0'; // "l3"
    imports_inside++;
    if (level > 1) {
        std::string next = "redeep.l" + std::to_string(level - 1);
        void *pointer = PyCapsule_Import(next.c_str(), 0);
        wrong_imports += pointer != &payloads[level - 1] || PyErr_Occurred();
    }
    std::string own = "redeep." + text;
    static std::string names[4];
    names[level] = own;
    return PyCapsule_New(&payloads[level], names[level].c_str(), nullptr);
}

TEST_F(ReentryTest, IMP_3_ThreeImportsInsideEachOther)
{
    NEEDS_MODULE_GETATTR();
    Importable deep("redeep");
    static PyMethodDef hook = {"__getattr__", ImportDeeper, METH_O, nullptr};
    rules::AskForMissingAttributes(deep.get(), &hook);
    EXPECT_EQ(PyCapsule_Import("redeep.l3", 0), &payloads[3]);
    EXPECT_TRUE(NothingRaised());
    EXPECT_EQ(imports_inside, 3);
    EXPECT_EQ(wrong_imports, 0);
}

PyObject *InitThatImports()
{
    static PyModuleDef def = {PyModuleDef_HEAD_INIT,
                              "reinit",
                              nullptr,
                              0,
                              nullptr,
                              nullptr,
                              nullptr,
                              nullptr,
                              nullptr};
    ImportInside();
    PyObject *module = PyModule_Create(&def);
    Publish(module, "cap", &payloads[2], "reinit.cap");
    return module;
}

const BeforeStart announce([] {
    PyImport_AppendInittab("reinit", InitThatImports);
});

TEST_F(ReentryTest, IMP_3_AnImportInsideAnInitialisation)
{
    Importable inner("reinner");
    Publish(inner.get(), "cap", &payloads[0], "reinner.cap");
    EXPECT_EQ(PyCapsule_Import("reinit.cap", 0), &payloads[2]);
    EXPECT_TRUE(NothingRaised());
    EXPECT_EQ(imports_inside, 1);
    EXPECT_EQ(wrong_imports, 0);
}

TEST_F(ReentryTest, DTOR_2_AnImportInsideADestructor)
{
    Importable inner("reinner");
    Publish(inner.get(), "cap", &payloads[0], "reinner.cap");
    Drop(PyCapsule_New(&payloads[1], "dying", [](PyObject *self) {
        ImportInside();
        rules::LogDestructor(self);
    }));
    EXPECT_EQ(imports_inside, 1);
    EXPECT_EQ(wrong_imports, 0);
    ASSERT_EQ(rules::destructor_log.size(), 1u);
    EXPECT_EQ(rules::destructor_log[0].pointer, &payloads[1]);
    EXPECT_EQ(rules::destructor_log[0].name, "dying");
}

// --- other capsules inside destructors ---------------------------------------

PyObject *bystander; // a capsule that lives
int wrong_calls;

void UseBystander(PyObject *self)
{
    const void *context = PyCapsule_GetContext(self);
    wrong_calls += PyCapsule_CheckExact(bystander) != 1;
    wrong_calls += PyCapsule_IsValid(bystander, "bystander") != 1;
    wrong_calls += PyCapsule_IsValid(bystander, "dying") != 0;
    wrong_calls += PyCapsule_GetPointer(bystander, "bystander") != &payloads[0];
    wrong_calls += PyCapsule_GetName(bystander) != std::string("bystander");
    wrong_calls += PyCapsule_GetContext(bystander) != &payloads[3];
    wrong_calls += PyCapsule_GetDestructor(bystander) != nullptr;
    wrong_calls += PyCapsule_GetPointer(bystander, "dying") != nullptr;
    wrong_calls += !PyErr_ExceptionMatches(PyExc_ValueError);
    PyErr_Clear();
    wrong_calls += PyCapsule_SetContext(bystander, &payloads[2]) != 0;
    wrong_calls += PyCapsule_GetContext(self) != context;
    wrong_calls += PyCapsule_SetContext(bystander, &payloads[3]) != 0;
}

// Drops the capsule in the context of the dying capsule, then uses the
// bystander: so do all destructors below.
void DropNextThenUse(PyObject *self)
{
    PyObject *next = static_cast<PyObject *>(PyCapsule_GetContext(self));
    Py_XDECREF(next);
    UseBystander(self);
    rules::LogDestructor(self);
}

TEST_F(ReentryTest, DTOR_2_CallsAboutAnotherCapsuleThreeDestructorsDeep)
{
    wrong_calls = 0;
    bystander = PyCapsule_New(&payloads[0], "bystander", nullptr);
    PyCapsule_SetContext(bystander, &payloads[3]);
    PyObject *outer = nullptr;
    for (int i = 0; i < 3; i++) {
        PyObject *capsule =
            PyCapsule_New(&payloads[i], "dying", DropNextThenUse);
        ASSERT_TRUE(capsule);
        PyCapsule_SetContext(capsule, outer);
        outer = capsule;
    }
    Drop(outer);
    host_collect();
    EXPECT_EQ(rules::destructor_log.size(), 3u);
    EXPECT_EQ(wrong_calls, 0);
    EXPECT_EQ(PyCapsule_GetPointer(bystander, "bystander"), &payloads[0]);
    EXPECT_EQ(PyCapsule_GetContext(bystander), &payloads[3]);
    Drop(bystander);
    EXPECT_TRUE(NothingRaised());
}

// A capsule that is created in a destructor, used there and dropped there, with
// a destructor of its own.
TEST_F(ReentryTest, DTOR_2_ACapsuleIsBornUsedAndDestroyedInside)
{
    wrong_calls = 0;
    bystander = PyCapsule_New(&payloads[0], "bystander", nullptr);
    PyCapsule_SetContext(bystander, &payloads[3]);
    PyObject *capsule =
        PyCapsule_New(&payloads[0], "dying", [](PyObject *self) {
            PyObject *born =
                PyCapsule_New(&payloads[2], "born", DropNextThenUse);
            wrong_calls += PyCapsule_GetPointer(born, "born") != &payloads[2];
            wrong_calls += PyCapsule_SetName(born, "renamed") != 0;
            Py_XDECREF(born);
            UseBystander(self);
            rules::LogDestructor(self);
        });
    PyCapsule_SetContext(capsule, &payloads[1]);
    Drop(capsule);
    host_collect();
    EXPECT_EQ(rules::destructor_log.size(), 2u);
    EXPECT_EQ(wrong_calls, 0);
    Drop(bystander);
}

// --- other capsules inside an import
// -------------------------------------------

// The hook of `redoing`: runs `task`, then raises AttributeError.
void (*task)();

PyObject *RunTask(PyObject *, PyObject *name)
{
    std::string text = rules::TextOf(name);
    if (!rules::IsSpecialName(text)) {
        imports_inside++;
        task();
    }
    return PyErr_Format(PyExc_AttributeError, "%s", text.c_str());
}

// Runs the task in the middle of an import, which fails then.
void ImportAround(void (*inside)())
{
    Importable module("redoing");
    static PyMethodDef hook = {"__getattr__", RunTask, METH_O, nullptr};
    task = inside;
    rules::AskForMissingAttributes(module.get(), &hook);
    EXPECT_EQ(PyCapsule_Import("redoing.cap", 0), nullptr);
    EXPECT_TRUE(Raised(PyExc_AttributeError));
    EXPECT_EQ(imports_inside, 1);
    EXPECT_EQ(wrong_imports, 0);
}

TEST_F(ReentryTest, DTOR_1_ADestructorInsideAnImport)
{
    NEEDS_MODULE_GETATTR();
    ImportAround([] {
        Drop(PyCapsule_New(&payloads[0], "dying", rules::LogDestructor));
        host_collect();
        wrong_imports += rules::destructor_log.size() != 1;
    });
    EXPECT_EQ(rules::destructor_log.size(), 1u);
}

TEST_F(ReentryTest, SETN_1_ANameThatIsSetInsideAnImport)
{
    NEEDS_MODULE_GETATTR();
    bystander = PyCapsule_New(&payloads[0], "before", nullptr);
    ImportAround([] {
        wrong_imports += PyCapsule_SetName(bystander, "inside") != 0 ||
                         !PyCapsule_IsValid(bystander, "inside");
    });
    EXPECT_STREQ(PyCapsule_GetName(bystander), "inside");
    Drop(bystander);
}

TEST_F(ReentryTest, IMP_3_EveryOtherCallInsideAnImport)
{
    NEEDS_MODULE_GETATTR();
    wrong_calls = 0;
    bystander = PyCapsule_New(&payloads[0], "bystander", nullptr);
    PyCapsule_SetContext(bystander, &payloads[3]);
    ImportAround([] {
        PyObject *born = PyCapsule_New(&payloads[2], "born", nullptr);
        PyCapsule_SetContext(born, &payloads[1]);
        UseBystander(born);
        Drop(born);
    });
    EXPECT_EQ(wrong_calls, 0);
    EXPECT_EQ(PyCapsule_GetContext(bystander), &payloads[3]);
    Drop(bystander);
}

// The import must look at the capsule after the code inside it has run.
TEST_F(ReentryTest, IMP_2_ACapsuleThatIsRenamedWhileItIsImported)
{
    NEEDS_MODULE_GETATTR();
    Importable module("redoing");
    static PyMethodDef hook = {"__getattr__",
                               [](PyObject *, PyObject *name) -> PyObject * {
                                   std::string text = rules::TextOf(name);
                                   if (rules::IsSpecialName(text)) {
                                       return PyErr_Format(PyExc_AttributeError,
                                                           "%s", text.c_str());
                                   }
                                   PyCapsule_SetName(bystander, "redoing.new");
                                   Py_INCREF(bystander);
                                   return bystander;
                               },
                               METH_O, nullptr};
    bystander = PyCapsule_New(&payloads[0], "redoing.old", nullptr);
    rules::AskForMissingAttributes(module.get(), &hook);
    EXPECT_EQ(PyCapsule_Import("redoing.old", 0), nullptr);
    EXPECT_TRUE(Raised(PyExc_AttributeError,
                       "PyCapsule_Import \"redoing.old\" is not valid"));
    EXPECT_EQ(PyCapsule_Import("redoing.new", 0), &payloads[0]);
    Drop(bystander);
}

} // namespace
