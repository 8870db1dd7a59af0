/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/memory.h"

#include <string.h>

static char *
read_file (const char *root, const char *path)
{
  g_autofree char *full = g_strconcat (root, path, NULL);
  char *text = NULL;
  return g_file_get_contents (full, &text, NULL, NULL) ? text : NULL;
}

/* What the line that begins with @mark says. */
static gsize
machine_memory (const char *root, const char *mark)
{
  g_autofree char *text = read_file (root, "/proc/meminfo");
  const char *line = text ? strstr (text, mark) : NULL;
  return line ? g_ascii_strtoull (line + strlen (mark), NULL, 10) * 1024 : G_MAXSIZE;
}

/* Where the two versions of cgroups tell what. */
typedef struct
{
  const char *mark; /* before the group's path in /proc/self/cgroup */
  const char *folder;
  const char *limit, *used;
  const char *cached; /* line of memory.stat: files, which the kernel gives back */
} Layout;

static const Layout layouts[] = {
  { "0::", "/sys/fs/cgroup", "memory.max", "memory.current", "\ninactive_file " },
  { ":memory:", "/sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.usage_in_bytes",
    "\ntotal_inactive_file " },
};

static char *
read_group (const char *root, const Layout *layout, const char *group, const char *name)
{
  g_autofree char *path = g_strdup_printf ("%s%s/%s", layout->folder, group, name);
  return read_file (root, path);
}

typedef gsize (*GroupFunc) (const char *root, const Layout *layout, const char *group);

static gsize
group_limit (const char *root, const Layout *layout, const char *group)
{
  g_autofree char *text = read_group (root, layout, group, layout->limit);
  return text && g_ascii_isdigit (*text) ? g_ascii_strtoull (text, NULL, 10)
                                         : G_MAXSIZE; /* "max" */
}

/* What the limit of @group leaves. */
static gsize
group_available (const char *root, const Layout *layout, const char *group)
{
  guint64 limit = group_limit (root, layout, group);
  g_autofree char *used_text = read_group (root, layout, group, layout->used);
  g_autofree char *stat = read_group (root, layout, group, "memory.stat");
  if (limit == G_MAXSIZE || used_text == NULL)
    return G_MAXSIZE;

  guint64 used = g_ascii_strtoull (used_text, NULL, 10);
  const char *line = stat ? strstr (stat, layout->cached) : NULL;
  guint64 cached = line ? g_ascii_strtoull (line + strlen (layout->cached), NULL, 10) : 0;
  used -= MIN (used, cached);
  return limit > used ? limit - used : 0;
}

/* The tightest of the group and those above it.  In a container the path may be one of
 * outside; then there is only the top, which is the container's own. */
static gsize
least_of_groups (const char *root, const Layout *layout, const char *groups, GroupFunc func)
{
  gsize least = G_MAXSIZE;
  const char *line = strstr (groups, layout->mark);
  const char *path = line ? line + strlen (layout->mark) : "/";
  g_autofree char *group = g_strndup (path, strcspn (path, "\n"));
  char *slash;

  while ((slash = strrchr (group, '/')) != NULL)
    {
      least = MIN (least, func (root, layout, slash[1] ? group : ""));
      *slash = '\0';
    }
  return MIN (least, func (root, layout, ""));
}

static gsize
least_memory (const char *root, const char *mark, GroupFunc func)
{
  gsize memory = machine_memory (root, mark);
  g_autofree char *groups = read_file (root, "/proc/self/cgroup");
  for (guint i = 0; groups && i < G_N_ELEMENTS (layouts); i++)
    memory = MIN (memory, least_of_groups (root, &layouts[i], groups, func));
  return memory;
}

gsize
cg_memory_available (const char *root)
{
  return least_memory (root, "MemAvailable:", group_available);
}

gsize
cg_memory_limit (const char *root)
{
  return least_memory (root, "MemTotal:", group_limit);
}
