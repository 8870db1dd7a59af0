/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The filter's face in GIMP 2.10: registration, arguments, run modes.  The
 * dialog is in dialog.c, the work in plugin/worker.c. */
#include "plugin/procedure.h"

#include <libgimp/gimp.h>

#include "model/error.h"
#include "plugin/gimp2/dialog.h"
#include "plugin/settings.h"
#include "plugin/worker.h"

/* Position of the arguments. */
enum
{
  RUN_MODE,
  IMAGE,
  DRAWABLE,
  STRENGTH,
  COLOUR_STRENGTH,
  MODEL,
  GRAIN_SIZE,
  N_ARGUMENTS
};

/* GIMP finds the page by the procedure's name; "gimp-help.xml" there tells. */
static void
register_help (void)
{
  g_autofree char *pages = cg_procedure_folder (CG_PROCEDURE_PAGES);
  g_autofree char *uri = pages ? g_filename_to_uri (pages, NULL, NULL) : NULL;

  if (uri)
    gimp_plugin_help_register (CG_PLUGIN_NAME, uri);
}

static void
query (void)
{
  static const GimpParamDef arguments[N_ARGUMENTS] = {
    { GIMP_PDB_INT32, "run-mode",
      "The run mode { RUN-INTERACTIVE (0), RUN-NONINTERACTIVE (1), RUN-WITH-LAST-VALS (2) }" },
    { GIMP_PDB_IMAGE, "image", "The image" },
    { GIMP_PDB_DRAWABLE, "drawable", "The layer, layer mask or channel to clean" },
    { GIMP_PDB_FLOAT, CG_ARGUMENT_STRENGTH, CG_ARGUMENT_STRENGTH_HELP },
    { GIMP_PDB_FLOAT, CG_ARGUMENT_COLOUR, CG_ARGUMENT_COLOUR_HELP },
    { GIMP_PDB_STRING, CG_ARGUMENT_MODEL, CG_ARGUMENT_MODEL_HELP },
    { GIMP_PDB_INT32, CG_ARGUMENT_GRAIN, CG_ARGUMENT_GRAIN_HELP },
  };

  g_autofree char *locale = cg_procedure_folder (CG_PROCEDURE_LOCALE);
  if (locale)
    gimp_plugin_domain_register (GETTEXT_PACKAGE, locale);
  register_help ();
  gimp_install_procedure (CG_PROCEDURE, CG_PROCEDURE_BLURB, CG_PROCEDURE_HELP, CG_PROCEDURE_AUTHORS,
                          CG_PROCEDURE_AUTHORS, CG_PROCEDURE_YEAR, CG_PROCEDURE_LABEL,
                          CG_PROCEDURE_TYPES, GIMP_PLUGIN, N_ARGUMENTS, 0, arguments, NULL);
  gimp_plugin_menu_register (CG_PROCEDURE, CG_PROCEDURE_MENU);
}

static gboolean
is_locked (gint32 item)
{
  for (; item != -1; item = gimp_item_get_parent (item))
    if (gimp_item_get_lock_content (item))
      return TRUE;
  return FALSE;
}

/* What GIMP would refuse at the very end is told before the work begins. */
static gboolean
check_drawable (gint32 drawable, GError **error)
{
  const char *problem = NULL;

  if (cg_worker_format (gimp_drawable_get_format (drawable), error) == NULL)
    return FALSE;
  if (gimp_item_is_group (drawable))
    problem = _ ("a layer group cannot be denoised; choose one of its layers");
  else if (is_locked (drawable))
    problem = _ ("the pixels of this layer are locked");
  else
    return TRUE;
  g_set_error_literal (error, CG_ERROR, CG_ERROR_UNSUPPORTED, problem);
  return FALSE;
}

/* Where the last values live between sessions. */
static char *
settings_path (void)
{
  return g_build_filename (gimp_directory (), "plug-in-settings", CG_PLUGIN_NAME ".ini", NULL);
}

static gboolean
take_arguments (CgSettings *settings, int n, const GimpParam *parameters, GError **error)
{
  if (n != N_ARGUMENTS)
    {
      g_set_error (error, CG_ERROR, CG_ERROR_USAGE, _ ("%d arguments expected, not %d"),
                   N_ARGUMENTS, n);
      return FALSE;
    }
  settings->strength = parameters[STRENGTH].data.d_float;
  settings->colour_strength = parameters[COLOUR_STRENGTH].data.d_float;
  g_free (settings->model);
  settings->model = g_strdup (parameters[MODEL].data.d_string);
  settings->grain_size = parameters[GRAIN_SIZE].data.d_int32;
  return cg_settings_check (settings, error);
}

/* GIMP's Cancel ends this process, so there is nothing to ask it.  @user is what
 * was shown last: GIMP is not bothered for less than a hundredth. */
static gboolean
show_progress (double done, gpointer user)
{
  double *shown = user;

  if (done - *shown >= 0.01)
    {
      gimp_progress_update (done);
      *shown = done;
    }
  return TRUE;
}

/* Clean the selected part of @drawable.  The result goes to the shadow buffer
 * and is merged once: one undo step, masked by GIMP with the selection, and nothing has
 * happened to the picture if we end before. */
static gboolean
denoise (gint32 drawable, const CgSettings *settings, GError **error)
{
  const gboolean nothing = settings->strength == 0 && settings->colour_strength == 0;
  double shown = 0;
  GeglRectangle region;

  if (nothing
      || !gimp_drawable_mask_intersect (drawable, &region.x, &region.y, &region.width,
                                        &region.height))
    return TRUE;

  g_autoptr (CgWorker) worker = cg_worker_new (settings->model, settings->grain_size, error);
  if (worker == NULL)
    return FALSE;

  g_autoptr (GeglBuffer) in = gimp_drawable_get_buffer (drawable);
  g_autoptr (GeglBuffer) shadow = gimp_drawable_get_shadow_buffer (drawable);
  const CgWorkerJob job = {
    .in = in,
    .out = shadow,
    .format = cg_worker_format (gegl_buffer_get_format (in), NULL),
    .extent = *gegl_buffer_get_extent (in),
    .region = region,
  };

  gimp_progress_init (_ ("Removing noise"));
  if (!cg_worker_run (worker, &job, settings->strength, settings->colour_strength, show_progress,
                      &shown, error))
    return FALSE;
  gegl_buffer_flush (shadow);
  if (!gimp_drawable_merge_shadow (drawable, TRUE))
    {
      g_set_error_literal (error, CG_ERROR, CG_ERROR_UNSUPPORTED,
                           _ ("GIMP did not take the result"));
      return FALSE;
    }
  gimp_drawable_update (drawable, region.x, region.y, region.width, region.height);
  gimp_progress_end ();
  return TRUE;
}

static void
remember (const CgSettings *settings)
{
  g_autofree char *path = settings_path ();
  g_autoptr (GError) error = NULL;

  if (!cg_settings_save (settings, path, &error))
    g_message (_ ("The values could not be remembered: %s"), error->message);
}

/* One run, whatever the mode.  GIMP_PDB_SUCCESS, GIMP_PDB_CANCEL, or another
 * status with @error set. */
static GimpPDBStatusType
run_mode (GimpRunMode mode, int n, const GimpParam *parameters, GError **error)
{
  const gint32 drawable = parameters[DRAWABLE].data.d_drawable;
  g_autofree char *path = settings_path ();
  g_auto (CgSettings) settings;

  cg_settings_init (&settings);
  if (mode == GIMP_RUN_NONINTERACTIVE)
    {
      if (!take_arguments (&settings, n, parameters, error))
        return GIMP_PDB_CALLING_ERROR;
    }
  else
    cg_settings_load (&settings, path);

  if (!check_drawable (drawable, error))
    return GIMP_PDB_EXECUTION_ERROR;
  if (mode == GIMP_RUN_INTERACTIVE && !cg_gimp2_dialog (drawable, &settings))
    return GIMP_PDB_CANCEL;
  if (!denoise (drawable, &settings, error))
    return GIMP_PDB_EXECUTION_ERROR;
  if (mode == GIMP_RUN_INTERACTIVE)
    remember (&settings);
  if (mode != GIMP_RUN_NONINTERACTIVE)
    gimp_displays_flush ();
  return GIMP_PDB_SUCCESS;
}

static void
choose_language (void)
{
  g_autofree char *locale = cg_procedure_folder (CG_PROCEDURE_LOCALE);

  if (locale == NULL)
    return;
  bindtextdomain (GETTEXT_PACKAGE, locale);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
}

static void
run (const char *name, int n, const GimpParam *parameters, int *n_values, GimpParam **values)
{
  static GimpParam returned[2]; /* libgimp reads them after we return */
  g_autoptr (GError) error = NULL;

  cg_worker_start_gegl ();
  choose_language ();
  returned[0].type = GIMP_PDB_STATUS;
  returned[0].data.d_status = run_mode (parameters[RUN_MODE].data.d_int32, n, parameters, &error);
  *values = returned;
  *n_values = 1;
  if (error)
    {
      returned[1].type = GIMP_PDB_STRING;
      returned[1].data.d_string = g_strdup (error->message);
      *n_values = 2;
    }
}

const GimpPlugInInfo PLUG_IN_INFO = { NULL, NULL, query, run };

int
main (int argc, char **argv)
{
  cg_worker_prepare_babl ();
  return gimp_main (&PLUG_IN_INFO, argc, argv);
}
