/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/interrupt.h"

#include <stddef.h>

/* A signal handler reaches nothing else. */
static volatile sig_atomic_t caught;

static void catch (int number)
{
  caught = number;
}

const volatile sig_atomic_t *
cg_interrupt_watch (void)
{
  static const int numbers[] = { SIGINT, SIGTERM, SIGHUP };
  struct sigaction action = { .sa_handler = catch, .sa_flags = SA_RESTART | SA_RESETHAND };
  struct sigaction old;

  /* A reader that goes away, or a file that is not to grow, is an error of writing, not the end. */
  signal (SIGPIPE, SIG_IGN);
  signal (SIGXFSZ, SIG_IGN);
  for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
    {
      /* nohup has SIGHUP ignored; so it shall stay.  Shells have SIGINT ignored for what a script
       * puts into the background; but who sends it there means it. */
      sigaction (numbers[i], NULL, &old);
      if (old.sa_handler != SIG_IGN || numbers[i] == SIGINT)
        sigaction (numbers[i], &action, NULL);
    }
  return &caught;
}

int
cg_interrupt_signal (void)
{
  return caught;
}
