/* The places that calls come from: return addresses, and the objects (extension
 * modules) that contain them. */
#include "check/places.h"

#include <dlfcn.h>
#include <string.h>
#include <unwind.h>

#include "check/interpreter.h"
#include "check/pages.h"
#include "check/record.h"

enum { MOST_SITES = 1 << 14, SLOTS = MOST_SITES * 2, MOST_FRAMES = 16 };

static struct site sites[MOST_SITES]; /* the first stands for all others */
static uint32_t site_count = 1;
static uint32_t site_slots[SLOTS];

/* The objects that have a row. Row 0 is for no object. What is known of an
 * object stays after dlclose(). */
static struct image {
    uintptr_t base;
    uintptr_t end;
    const char *path;
} images[CHANNEL_IMAGES];
static uint32_t image_count_of_rows = 1;

static uint32_t slot_of(uintptr_t address)
{
    return (uint32_t)(address * 0x9E3779B97F4A7C15u >> 40) & (SLOTS - 1);
}

/* A row of the table tells its object's path once, in the log. A child process
 * writes its rows anew. */
static void announce(uint32_t row, const char *path)
{
    struct line line = line_begin("image");
    line_number(&line, "row", row);
    line_text(&line, "path", path);
    line_end(&line);
}

static const char *path_of(const Dl_info *info)
{
    return info->dli_fname && *info->dli_fname ? info->dli_fname : "?";
}

static int find_end(struct dl_phdr_info *info, size_t size, void *data)
{
    (void)size;
    struct image *image = data;
    struct elf_object object;
    if (!elf_describe(info, &object) || !elf_contains(&object, image->end))
        return 0;
    image->end = elf_end(&object);
    return 1;
}

bool image_contains(uint32_t image, uintptr_t address)
{
    return address >= images[image].base && address < images[image].end;
}

/* Returns the row of a known object, or 0. */
static uint32_t known_image(uintptr_t address)
{
    uint32_t row = image_count_of_rows - 1;
    while (row && !image_contains(row, address))
        row--;
    return row;
}

uint32_t image_of(uintptr_t address)
{
    Dl_info info;
    if (!address || !dladdr((void *)address, &info) || !info.dli_fbase)
        return 0;
    struct image image = {(uintptr_t)info.dli_fbase, address,
                          text_keep(path_of(&info))};
    lock_take();
    uint32_t row = image_count_of_rows - 1;
    while (row &&
           (images[row].base != image.base || images[row].path != image.path))
        row--;
    lock_give();
    if (row)
        return row;
    dl_iterate_phdr(find_end, &image);
    lock_take();
    if (image_count_of_rows < CHANNEL_IMAGES) {
        row = image_count_of_rows++;
        images[row] = image;
        announce(row, path_of(&info));
    }
    lock_give();
    return row;
}

const char *image_path(uint32_t image)
{
    return images[image].path ? images[image].path : "";
}

uint32_t image_of_interpreter(void)
{
    static uint32_t image;
    if (!image)
        image = image_of((uintptr_t)python.capsule.New);
    return image;
}

void images_announce_again(void)
{
    for (uint32_t row = 1; row < image_count_of_rows; row++)
        announce(row, images[row].path);
}

struct site *site_of(uintptr_t return_address)
{
    uint32_t slot = slot_of(return_address);
    for (uint32_t at;
         (at = __atomic_load_n(&site_slots[slot], __ATOMIC_ACQUIRE));
         slot = (slot + 1) & (SLOTS - 1))
        if (sites[at].address == return_address)
            return &sites[at];
    uint32_t image = image_of(return_address);
    lock_take();
    slot = slot_of(return_address);
    uint32_t at;
    while ((at = site_slots[slot]) && sites[at].address != return_address)
        slot = (slot + 1) & (SLOTS - 1);
    if (!at && site_count < MOST_SITES) {
        at = site_count++;
        sites[at] = (struct site){.address = return_address, .image = image};
        __atomic_store_n(&site_slots[slot], at, __ATOMIC_RELEASE);
    }
    lock_give();
    return &sites[at];
}

/* ---- descriptions ---- */

void line_place(struct line *line, const char *key, uintptr_t address)
{
    Dl_info info;
    uint32_t row;
    line_open(line, key, '{');
    if (address && dladdr((void *)address, &info) && info.dli_fbase) {
        line_text(line, "object", path_of(&info));
        line_number(line, "offset", address - (uintptr_t)info.dli_fbase);
        if (info.dli_sname) {
            line_text(line, "symbol", info.dli_sname);
            line_number(line, "into", address - (uintptr_t)info.dli_saddr);
        }
    } else if ((row = known_image(address))) {
        line_text(line, "object", images[row].path);
        line_number(line, "offset", address - images[row].base);
    } else {
        line_number(line, "address", address);
    }
    line_close(line, '}');
}

static bool without_c_frames;

void places_without_c_frames(void) { without_c_frames = true; }

struct frames {
    uintptr_t addresses[MOST_FRAMES];
    int count;
};

static _Unwind_Reason_Code next_frame(struct _Unwind_Context *context,
                                      void *data)
{
    struct frames *frames = data;
    uintptr_t address = _Unwind_GetIP(context);
    if (!address || frames->count == MOST_FRAMES)
        return _URC_END_OF_STACK;
    frames->addresses[frames->count++] = address;
    return _URC_NO_REASON;
}

void line_c_frames(struct line *line, const char *key)
{
    struct frames frames = {.count = 0};
    if (!without_c_frames)
        _Unwind_Backtrace(next_frame, &frames);
    Dl_info self, info;
    if (!dladdr((void *)line_c_frames, &self))
        self.dli_fbase = NULL;
    line_open(line, key, '[');
    bool inside = true;
    for (int i = 0; i < frames.count; i++) {
        inside = inside && dladdr((void *)frames.addresses[i], &info) &&
                 info.dli_fbase == self.dli_fbase;
        if (!inside)
            line_place(line, NULL, frames.addresses[i]);
    }
    line_close(line, ']');
}
