/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The filter's face in GIMP 3: registration, arguments, run modes.  The dialog
 * is in dialog.c, the work in plugin/worker.c. */
#include "plugin/procedure.h"

#include <libgimp/gimp.h>

#include "model/error.h"
#include "plugin/gimp3/dialog.h"
#include "plugin/settings.h"
#include "plugin/worker.h"

G_DECLARE_FINAL_TYPE (CgPlugIn, cg_plug_in, CG, PLUG_IN, GimpPlugIn)

struct _CgPlugIn
{
  GimpPlugIn parent;
};

G_DEFINE_FINAL_TYPE (CgPlugIn, cg_plug_in, GIMP_TYPE_PLUG_IN)

static gboolean
is_locked (GimpItem *item)
{
  for (; item; item = gimp_item_get_parent (item))
    if (gimp_item_get_lock_content (item))
      return TRUE;
  return FALSE;
}

/* What GIMP would refuse at the very end is told before the work begins. */
static gboolean
check_drawable (GimpDrawable *drawable, GError **error)
{
  const char *problem = NULL;

  if (cg_worker_format (gimp_drawable_get_format (drawable), error) == NULL)
    return FALSE;
  if (gimp_item_is_group (GIMP_ITEM (drawable)))
    problem = _ ("a layer group cannot be denoised; choose one of its layers");
  else if (is_locked (GIMP_ITEM (drawable)))
    problem = _ ("the pixels of this layer are locked");
  else
    return TRUE;
  g_set_error_literal (error, CG_ERROR, CG_ERROR_UNSUPPORTED, problem);
  return FALSE;
}

/* The part of a run that one drawable is. */
typedef struct
{
  int index, n;
  double shown; /* GIMP is not bothered for less than a hundredth */
} Share;

/* GIMP's Cancel ends this process, so there is nothing to ask it. */
static gboolean
show_progress (double done, gpointer user)
{
  Share *share = user;
  const double all = (share->index + done) / share->n;

  if (all - share->shown >= 0.01)
    {
      gimp_progress_update (all);
      share->shown = all;
    }
  return TRUE;
}

/* The selected part of @drawable; FALSE if there is none. */
static gboolean
selected_part (GimpDrawable *drawable, GeglRectangle *part)
{
  return gimp_drawable_mask_intersect (drawable, &part->x, &part->y, &part->width, &part->height);
}

/* Clean the selected part of @drawable into its shadow buffer: the picture is as it was. */
static gboolean
denoise (CgWorker *worker, GimpDrawable *drawable, const CgSettings *settings, Share *share,
         GError **error)
{
  GeglRectangle region;

  if (!selected_part (drawable, &region))
    return TRUE;

  g_autoptr (GeglBuffer) in = gimp_drawable_get_buffer (drawable);
  g_autoptr (GeglBuffer) shadow = gimp_drawable_get_shadow_buffer (drawable);
  const CgWorkerJob job = {
    .in = in,
    .out = shadow,
    .format = cg_worker_format (gegl_buffer_get_format (in), NULL),
    .extent = *gegl_buffer_get_extent (in),
    .region = region,
  };

  if (!cg_worker_run (worker, &job, settings->strength, settings->colour_strength, show_progress,
                      share, error))
    return FALSE;
  gegl_buffer_flush (shadow);
  return TRUE;
}

/* The shadow into the picture, masked by GIMP with the selection. */
static gboolean
merge (GimpDrawable *drawable, GError **error)
{
  GeglRectangle region;

  if (!selected_part (drawable, &region))
    return TRUE;
  if (!gimp_drawable_merge_shadow (drawable, TRUE))
    {
      g_set_error_literal (error, CG_ERROR, CG_ERROR_UNSUPPORTED,
                           _ ("GIMP did not take the result"));
      return FALSE;
    }
  gimp_drawable_update (drawable, region.x, region.y, region.width, region.height);
  return TRUE;
}

/* All of @drawables, as one undo step.  They are merged when all are clean, so nothing has
 * happened to the picture if we end before. */
static gboolean
denoise_all (GimpImage *image, GimpDrawable **drawables, int n, const CgSettings *settings,
             GError **error)
{
  const gboolean nothing = settings->strength == 0 && settings->colour_strength == 0;
  Share share = { .n = n };
  gboolean done = TRUE;

  if (nothing)
    return TRUE;
  g_autoptr (CgWorker) worker = cg_worker_new (settings->model, settings->grain_size, error);
  if (worker == NULL)
    return FALSE;

  gimp_progress_init (_ ("Removing noise"));
  for (; done && share.index < n; share.index++)
    done = denoise (worker, drawables[share.index], settings, &share, error);
  if (!done)
    return FALSE;
  if (n > 1)
    gimp_image_undo_group_start (image);
  for (int i = 0; done && i < n; i++)
    done = merge (drawables[i], error);
  if (n > 1)
    gimp_image_undo_group_end (image);
  gimp_progress_end ();
  return done;
}

static GimpValueArray *
failure (GimpProcedure *procedure, GimpPDBStatusType status, GError *error)
{
  return gimp_procedure_new_return_values (procedure, status, error);
}

static void
take_settings (GimpProcedureConfig *config, CgSettings *settings)
{
  cg_settings_clear (settings);
  g_object_get (config, CG_ARGUMENT_STRENGTH, &settings->strength, CG_ARGUMENT_COLOUR,
                &settings->colour_strength, CG_ARGUMENT_GRAIN, &settings->grain_size,
                CG_ARGUMENT_MODEL, &settings->model, NULL);
}

static GimpValueArray *
run (GimpProcedure *procedure, GimpRunMode mode, GimpImage *image, GimpDrawable **drawables,
     GimpProcedureConfig *config, gpointer data)
{
  const int n = gimp_core_object_array_get_length ((GObject **) drawables);
  g_auto (CgSettings) settings;
  GError *error = NULL; /* taken over by the return values */

  cg_worker_start_gegl ();
  cg_settings_init (&settings);
  if (n == 0)
    g_set_error_literal (&error, CG_ERROR, CG_ERROR_USAGE, _ ("no layer is selected"));
  for (int i = 0; i < n && error == NULL; i++)
    check_drawable (drawables[i], &error);
  if (error)
    return failure (procedure, GIMP_PDB_EXECUTION_ERROR, error);

  if (mode == GIMP_RUN_INTERACTIVE && !cg_gimp3_dialog (procedure, config, drawables[0]))
    return failure (procedure, GIMP_PDB_CANCEL, NULL);
  take_settings (config, &settings);
  if (!cg_settings_check (&settings, &error))
    return failure (procedure, GIMP_PDB_CALLING_ERROR, error);
  if (!denoise_all (image, drawables, n, &settings, &error))
    return failure (procedure, GIMP_PDB_EXECUTION_ERROR, error);
  if (mode != GIMP_RUN_NONINTERACTIVE)
    gimp_displays_flush ();
  return gimp_procedure_new_return_values (procedure, GIMP_PDB_SUCCESS, NULL);
}

/* GIMP finds the page by the procedure's name; "gimp-help.xml" there tells. */
static void
register_help (GimpPlugIn *plug_in)
{
  g_autofree char *pages = cg_procedure_folder (CG_PROCEDURE_PAGES);
  g_autoptr (GFile) folder = pages ? g_file_new_for_path (pages) : NULL;

  if (folder)
    gimp_plug_in_set_help_domain (plug_in, CG_PLUGIN_NAME, folder);
}

static GList *
query_procedures (GimpPlugIn *plug_in)
{
  register_help (plug_in);
  return g_list_append (NULL, g_strdup (CG_PROCEDURE));
}

static GimpProcedure *
create_procedure (GimpPlugIn *plug_in, const char *name)
{
  GimpProcedure *procedure
      = gimp_image_procedure_new (plug_in, name, GIMP_PDB_PROC_TYPE_PLUGIN, run, NULL, NULL);

  gimp_procedure_set_image_types (procedure, CG_PROCEDURE_TYPES);
  gimp_procedure_set_sensitivity_mask (procedure, GIMP_PROCEDURE_SENSITIVE_DRAWABLE
                                                      | GIMP_PROCEDURE_SENSITIVE_DRAWABLES);
  gimp_procedure_set_menu_label (procedure, _ (CG_PROCEDURE_LABEL));
  gimp_procedure_add_menu_path (procedure, CG_PROCEDURE_MENU);
  gimp_procedure_set_documentation (procedure, _ (CG_PROCEDURE_BLURB), CG_PROCEDURE_HELP, name);
  gimp_procedure_set_attribution (procedure, CG_PROCEDURE_AUTHORS, CG_PROCEDURE_AUTHORS,
                                  CG_PROCEDURE_YEAR);
  gimp_procedure_add_double_argument (procedure, CG_ARGUMENT_STRENGTH, _ ("S_trength"),
                                      _ (CG_ARGUMENT_STRENGTH_HELP), 0, 1, 1, G_PARAM_READWRITE);
  gimp_procedure_add_double_argument (procedure, CG_ARGUMENT_COLOUR, _ ("Colo_ur strength"),
                                      _ (CG_ARGUMENT_COLOUR_HELP), 0, 1, 1, G_PARAM_READWRITE);
  gimp_procedure_add_string_argument (procedure, CG_ARGUMENT_MODEL, _ ("_Model"),
                                      _ (CG_ARGUMENT_MODEL_HELP), CG_SETTINGS_MODEL,
                                      G_PARAM_READWRITE);
  gimp_procedure_add_int_argument (procedure, CG_ARGUMENT_GRAIN, _ ("_Grain size"),
                                   _ (CG_ARGUMENT_GRAIN_HELP), 1, CG_SETTINGS_COARSEST, 1,
                                   G_PARAM_READWRITE);
  return procedure;
}

static gboolean
set_i18n (GimpPlugIn *plug_in, const char *name, char **domain, char **folder)
{
  g_autofree char *locale = cg_procedure_folder (CG_PROCEDURE_LOCALE);

  *domain = g_strdup (GETTEXT_PACKAGE);
  *folder = g_strdup (CG_PROCEDURE_LOCALE);
  return locale != NULL;
}

static void
cg_plug_in_class_init (CgPlugInClass *class)
{
  GIMP_PLUG_IN_CLASS (class)->query_procedures = query_procedures;
  GIMP_PLUG_IN_CLASS (class)->create_procedure = create_procedure;
  GIMP_PLUG_IN_CLASS (class)->set_i18n = set_i18n;
}

static void
cg_plug_in_init (CgPlugIn *plug_in)
{
}

int
main (int argc, char **argv)
{
  cg_worker_prepare_babl ();
  return gimp_main (cg_plug_in_get_type (), argc, argv);
}
