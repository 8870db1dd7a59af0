/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The GEGL operation cleargrain:denoise, for `gegl` on the command line and for layer
 * effects in GIMP 3: the filter's worker behind GEGL's regions and caches. */
#include "plugin/procedure.h"

#include "plugin/settings.h"

#ifdef GEGL_PROPERTIES
/* clang-format off */

property_double (strength, "Strength", 1.0)
  description (CG_ARGUMENT_STRENGTH_HELP)
  value_range (0.0, 1.0)

property_double (colour_strength, "Colour strength", 1.0)
  description (CG_ARGUMENT_COLOUR_HELP)
  value_range (0.0, 1.0)

property_int (grain_size, "Grain size", 1)
  description (CG_ARGUMENT_GRAIN_HELP)
  value_range (1, CG_SETTINGS_COARSEST)

property_string (model, "Model", CG_SETTINGS_MODEL)
  description (CG_ARGUMENT_MODEL_HELP)

#else

#define GEGL_OP_FILTER
#define GEGL_OP_NAME     cleargrain_denoise
#define GEGL_OP_C_SOURCE cleargrain-denoise.c
/* clang-format on */
#include "gegl-op.h"

#include "plugin/worker.h"

/* A pixel costs the network all its surroundings, so what is asked for is grown to
 * whole blocks of this size and kept: GIMP asks in pieces of a tenth of it. */
#define BLOCK 512

/* Endless pictures (a checkerboard, a plain colour) end here; sums of coordinates stay ints. */
#define FAR   (1 << 24)

typedef struct
{
  GMutex lock;      /* of everything here: a worker does one thing at a time */
  char *model;      /* what @worker was made for ... */
  int grain_size;   /* ... and this */
  CgWorker *worker; /* NULL if that did not work out */
} State;

static State *
state_of (GeglOperation *operation)
{
  GeglProperties *properties = GEGL_PROPERTIES (operation);

  if (properties->user_data == NULL)
    {
      State *state = g_new0 (State, 1);
      g_mutex_init (&state->lock);
      properties->user_data = state;
    }
  return properties->user_data;
}

static void
state_free (State *state)
{
  if (state == NULL)
    return;
  cg_worker_free (state->worker);
  g_free (state->model);
  g_mutex_clear (&state->lock);
  g_free (state);
}

/* The worker for the model of now, NULL if that cannot be had: GEGL has no way for an
 * operation to fail, so it is told once, and the picture passes as it is.  Only called when
 * pixels are wanted, for graphs are made before their properties are set.  Under the lock. */
static CgWorker *
worker_of (State *state, const GeglProperties *properties)
{
  const char *model = properties->model ? properties->model : "";
  g_autoptr (GError) error = NULL;

  if (state->model && g_str_equal (state->model, model)
      && state->grain_size == properties->grain_size)
    return state->worker;
  g_free (state->model);
  state->model = g_strdup (model);
  state->grain_size = properties->grain_size;
  g_clear_pointer (&state->worker, cg_worker_free);
  state->worker = cg_worker_new (state->model, state->grain_size, &error);
  if (state->worker == NULL)
    g_warning ("cleargrain:denoise leaves the picture as it is: %s", error->message);
  return state->worker;
}

/* Colours of a palette are mixed like any others. */
static const Babl *
working_format (const Babl *input)
{
  const Babl *format = input ? cg_worker_format (input, NULL) : NULL;

  return format ? format : babl_format_with_space ("R'G'B'A float", input);
}

static void
prepare (GeglOperation *operation)
{
  const Babl *format = working_format (gegl_operation_get_source_format (operation, "input"));

  gegl_operation_set_format (operation, "input", format);
  gegl_operation_set_format (operation, "output", format);
}

/* @rectangle, of which GEGL's infinite plane may be one, up to where there can be pixels. */
static GeglRectangle
not_too_far (const GeglRectangle *rectangle)
{
  GeglRectangle near = { 0 };

  gegl_rectangle_intersect (&near, rectangle, GEGL_RECTANGLE (-FAR, -FAR, 2 * FAR, 2 * FAR));
  return near;
}

static GeglRectangle
get_bounding_box (GeglOperation *operation)
{
  const GeglRectangle *input = gegl_operation_source_get_bounding_box (operation, "input");

  return input ? not_too_far (input) : (GeglRectangle){ 0 };
}

/* @roi with what the network of @worker sees around it. */
static GeglRectangle
with_halo (const CgWorker *worker, const GeglRectangle *roi)
{
  const int halo = worker ? cg_worker_halo (worker) : 0;
  const GeglRectangle near = not_too_far (roi);

  return (GeglRectangle){ near.x - halo, near.y - halo, near.width + 2 * halo,
                          near.height + 2 * halo };
}

/* The whole input is not needed: a pixel farther away than the halo has no say. */
static GeglRectangle
get_required_for_output (GeglOperation *operation, const char *pad, const GeglRectangle *roi)
{
  State *state = state_of (operation);

  g_mutex_lock (&state->lock);
  const GeglRectangle required = with_halo (worker_of (state, GEGL_PROPERTIES (operation)), roi);
  g_mutex_unlock (&state->lock);
  return required;
}

/* Before there is a worker there are no pixels to become wrong. */
static GeglRectangle
get_invalidated_by_change (GeglOperation *operation, const char *pad, const GeglRectangle *roi)
{
  State *state = state_of (operation);

  g_mutex_lock (&state->lock);
  const GeglRectangle invalid = with_halo (state->worker, roi);
  g_mutex_unlock (&state->lock);
  return invalid;
}

/* From @from on in whole blocks: the first and the one after the last pixel. */
static void
grow_to_blocks (int origin, int *from, int *size)
{
  const int end = *from + *size - origin, begin = (*from - origin) / BLOCK * BLOCK;

  *from = origin + begin;
  *size = (end + BLOCK - 1) / BLOCK * BLOCK - begin;
}

static GeglRectangle
get_cached_region (GeglOperation *operation, const GeglRectangle *roi)
{
  const GeglRectangle box = get_bounding_box (operation);
  GeglRectangle blocks = *roi;

  if (!gegl_rectangle_contains (&box, roi))
    return *roi;
  grow_to_blocks (box.x, &blocks.x, &blocks.width);
  grow_to_blocks (box.y, &blocks.y, &blocks.height);
  gegl_rectangle_intersect (&blocks, &blocks, &box);
  return blocks;
}

static gboolean
show_progress (double done, gpointer operation)
{
  gegl_operation_progress (operation, done, (char *) "");
  return TRUE;
}

static gboolean
process (GeglOperation *operation, GeglBuffer *input, GeglBuffer *output, const GeglRectangle *roi,
         int level)
{
  GeglProperties *properties = GEGL_PROPERTIES (operation);
  State *state = state_of (operation);
  g_autoptr (GError) error = NULL;
  const CgWorkerJob job = {
    .in = input,
    .out = output,
    .format = gegl_operation_get_format (operation, "output"),
    .extent = get_bounding_box (operation),
    .region = *roi,
  };

  g_mutex_lock (&state->lock);
  CgWorker *worker = worker_of (state, properties);
  if (worker == NULL)
    gegl_buffer_copy (input, roi, GEGL_ABYSS_NONE, output, roi);
  else if (!cg_worker_run (worker, &job, properties->strength, properties->colour_strength,
                           show_progress, operation, &error))
    g_warning ("cleargrain:denoise: %s", error->message);
  g_mutex_unlock (&state->lock);
  return error == NULL;
}

static void
finalize (GObject *object)
{
  g_clear_pointer ((State **) &GEGL_PROPERTIES (object)->user_data, state_free);
  G_OBJECT_CLASS (gegl_op_parent_class)->finalize (object);
}

static void
gegl_op_class_init (GeglOpClass *class)
{
  GeglOperationClass *operation = GEGL_OPERATION_CLASS (class);

  G_OBJECT_CLASS (class)->finalize = finalize;
  operation->prepare = prepare;
  operation->get_bounding_box = get_bounding_box;
  operation->get_required_for_output = get_required_for_output;
  operation->get_invalidated_by_change = get_invalidated_by_change;
  operation->get_cached_region = get_cached_region;
  operation->cache_policy = GEGL_CACHE_POLICY_ALWAYS;
  operation->threaded = FALSE; /* the worker has threads of its own */
  GEGL_OPERATION_FILTER_CLASS (class)->process = process;
  /* clang-format off */
  gegl_operation_class_set_keys (operation,
    "name", "cleargrain:denoise",
    "title", "Denoise as an Effect (Cleargrain)", /* unlike the plug-in's, for who searches */
    "categories", "enhance:noise-reduction",
    "description", CG_PROCEDURE_BLURB,
    "license", "GPL3+",
    "gimp:menu-path", CG_PROCEDURE_MENU,
    "gimp:menu-label", "Denoise as an _Effect (Cleargrain)...",
    NULL);
  /* clang-format on */
}

#endif
