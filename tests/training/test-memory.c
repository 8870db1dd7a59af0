/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Available memory, from made-up kernels. */
#include <glib/gstdio.h>

#include "house.h"
#include "model/memory.h"

#define MIB (1024 * 1024)

static void
make_folders (House *house)
{
  static const char *const names[]
      = { "proc/self", "sys/fs/cgroup/slice/unit", "sys/fs/cgroup/memory" };
  house_open (house);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    g_assert_cmpint (g_mkdir_with_parents (house_path (house, names[i]), 0700), ==, 0);
}

static void
test_machine (void)
{
  g_auto (House) house = { 0 };
  make_folders (&house);
  g_assert_cmpuint (cg_memory_available (house_path (&house, "nothing")), ==, G_MAXSIZE);
  house_write (&house, "proc/meminfo",
               "MemTotal:       24000 kB\nMemFree:  1 kB\nMemAvailable:    2048 kB\n");
  g_assert_cmpuint (cg_memory_available (house_path (&house, "")), ==, 2 * MIB);
  g_assert_cmpuint (cg_memory_limit (house_path (&house, "")), ==, (gsize) 24000 * 1024);
}

static void
test_groups (void)
{
  g_auto (House) house = { 0 };
  make_folders (&house);
  const char *root = house_path (&house, "");
  house_write (&house, "proc/meminfo", "MemAvailable:    1048576 kB\n");
  house_write (&house, "proc/self/cgroup", "1:name=old:/x\n0::/slice/unit\n");
  house_write (&house, "sys/fs/cgroup/slice/unit/memory.max", "max\n");
  house_write (&house, "sys/fs/cgroup/slice/unit/memory.current", "52428800\n");
  g_assert_cmpuint (cg_memory_available (root), ==, 1024 * MIB);

  house_write (&house, "sys/fs/cgroup/slice/memory.max", "104857600\n");
  house_write (&house, "sys/fs/cgroup/slice/memory.current", "83886080\n");
  g_assert_cmpuint (cg_memory_available (root), ==, 20 * MIB);
  house_write (&house, "sys/fs/cgroup/slice/memory.stat", "anon 5\ninactive_file 31457280\nx 1\n");
  g_assert_cmpuint (cg_memory_available (root), ==, 50 * MIB);
  g_assert_cmpuint (cg_memory_limit (root), ==, 100 * MIB);

  house_write (&house, "proc/self/cgroup", "5:memory:/elsewhere\n0::/\n");
  house_write (&house, "sys/fs/cgroup/memory/memory.limit_in_bytes", "41943040\n");
  house_write (&house, "sys/fs/cgroup/memory/memory.usage_in_bytes", "31457280\n");
  house_write (&house, "sys/fs/cgroup/memory/memory.stat",
               "cache 1\ntotal_inactive_file 2097152\n");
  g_assert_cmpuint (cg_memory_available (root), ==, 12 * MIB);
  g_assert_cmpuint (cg_memory_limit (root), ==, 40 * MIB);

  /* A container sees its own group as the root. */
  house_write (&house, "proc/self/cgroup", "0::/\n");
  house_write (&house, "sys/fs/cgroup/memory.max", "1048576\n");
  house_write (&house, "sys/fs/cgroup/memory.current", "2097152\n");
  g_assert_cmpuint (cg_memory_available (root), ==, 0);
  g_assert_cmpuint (cg_memory_limit (root), ==, 1 * MIB);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/memory/machine", test_machine);
  g_test_add_func ("/memory/groups", test_groups);
  return g_test_run ();
}
