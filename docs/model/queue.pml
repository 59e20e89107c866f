/*
 * The queue protocol, for Spin: what the scripts do to tasks, keys and leases, each as one atomic step, and
 * everything that workers, clocks and networks may do between them. README.md says which step is which
 * script, and what is left out. check.sh runs it, and runs it again with one rule of the scripts broken.
 *
 * A run of the model ends: attempts bound the failures, and a budget bounds what costs no attempt. So that no
 * run is stuck (an invalid end state) and none goes on for ever (a cycle) is all of liveness. With ENDLESS
 * the budgets are endless, and what must never happen is looked for in all that can.
 */
#ifndef WORKERS
#define WORKERS 2
#endif
#define TASKS 3
#define KEYS 2
#define RUNS 2
#define MAX_ATTEMPTS 2

/* Most parked tasks that the end of one execution moves: a thousand in lanes.lua. */
#define MOST_UNPARKED 1

/* The first two tasks have one key; with ONE_KEY all do. The second one's run can be cancelled. */
#ifdef ONE_KEY
#define key_of(t) 0
#else
#define key_of(t) (t / 2)
#endif
#define run_of(t) (t == 1)

#ifdef ENDLESS
#define may_be true
#define spend skip
#else
#ifndef BUDGET
#define BUDGET 2
#endif
byte budget = BUDGET;
#define may_be (budget > 0)
#define spend budget--
#endif

mtype:where = { ABSENT, WAITING, DELAYED, PARKED, LEASED, DONE, DEAD, CANCELLED };
mtype:phase = { IDLE, ASKED, HOLDS };
mtype:verdict = { COMPLETE, RETRY, BURY, BACK };

/* The server. */
typedef Task {
  mtype:where state = ABSENT;
  byte attempts;
  bool answers;  /* its lease carries the stored result (flag 2): nothing is executed under it */
  byte results;  /* booked for it so far */
};
Task tasks[TASKS];
bool flight[KEYS], stored[KEYS];
chan parked[KEYS] = [TASKS] of { byte };
bool cancelled[RUNS], closed, finished[RUNS];
byte left[RUNS], accepted;

/* The workers. While ASKED, what the server remembers of the last request; then what the worker was told. */
typedef Process {
  mtype:phase phase = IDLE;
  byte task;
  bool current; /* the number of its lease is: one that is not will never be again, so all such are alike */
};
Process workers[WORKERS];

/* Used within one step only. */
hidden byte i, j, chosen, moved, first;
hidden byte handed_out, marked, taken, answerable, fits;

#define is_over(t) (tasks[t].state == DONE || tasks[t].state == DEAD || tasks[t].state == CANCELLED)
#define all_over (is_over(0) && is_over(1) && is_over(2) && finished[0] && finished[1])
#define executes(t) (tasks[t].state == LEASED && !tasks[t].answers)

#ifdef NO_TOKEN_CHECK
#define is_let_in(w) (tasks[workers[w].task].state == LEASED)
#else
#define is_let_in(w) (workers[w].current)
#endif

/* What must hold between any two scripts. */
inline check() {
  for (i : 0 .. TASKS - 1) {
    assert(tasks[i].attempts < MAX_ATTEMPTS); /* who used them up is dead, and counts no more */
    assert(tasks[i].results == (tasks[i].state == DONE)); /* one result of what is done, none of the rest */
    assert(!finished[run_of(i)] || tasks[i].state == ABSENT || is_over(i));
    for (j : 0 .. TASKS - 1) {
      assert(i == j || key_of(i) != key_of(j) || !executes(i) || !executes(j)); /* single flight */
    }
  }
  i = 0; j = 0; chosen = 0; handed_out = false; moved = 0; first = 0; marked = false; taken = false
}

/* runs.lua, settle and finish_if_over */
inline decide_end(r) {
  if
  :: left[r] == 0 && !finished[r] && (closed || cancelled[r]) -> finished[r] = true
  :: else
  fi
}

inline end_task(t, how) {
  tasks[t].state = how;
  tasks[t].attempts = 0; /* nobody asks any more */
  left[run_of(t)]--;
  decide_end(run_of(t))
}

/* lanes.lua, place: a task of a cancelled run ends instead */
inline place(t) {
  if
  :: cancelled[run_of(t)] -> end_task(t, CANCELLED)
  :: else -> tasks[t].state = WAITING
  fi
}

/* lanes.lua, unpark: whoever of them does not execute the key has to unpark the next one */
inline unpark(key) {
  moved = 0;
#ifndef NO_UNPARKING
  do
  :: !flight[key] && moved < MOST_UNPARKED && len(parked[key]) > 0 ->
    parked[key] ? first;
    if
    :: cancelled[run_of(first)] -> end_task(first, CANCELLED)
    :: else -> tasks[first].state = WAITING; moved++
    fi
  :: else -> break
  od
#endif
}

/* leases.lua, end_task, and lanes.lua, land */
inline end_lease(t) {
  marked = !tasks[t].answers;
  for (j : 0 .. WORKERS - 1) {
    if
    :: workers[j].task == t -> workers[j].current = false
    :: else
    fi
  };
  tasks[t].answers = false;
  if
  :: marked -> flight[key_of(t)] = false
  :: else
  fi
}

#ifndef EXPIRY_COSTS
#define EXPIRY_COSTS 1
#endif

/* leases.lua, take_back */
inline take_back(t, lost) {
  end_lease(t);
  taken = marked;
  if
  :: lost && !cancelled[run_of(t)] -> tasks[t].attempts = tasks[t].attempts + EXPIRY_COSTS
  :: else
  fi;
  if
  :: tasks[t].attempts >= MAX_ATTEMPTS -> end_task(t, DEAD)
  :: else -> place(t)
  fi;
  if
  :: taken -> unpark(key_of(t))
  :: else
  fi
}

/* lease.lua, sort_out, for one task; says whether it is handed out */
inline sort_out(t) {
  handed_out = false;
  if
  :: cancelled[run_of(t)] ->
    end_task(t, CANCELLED);
    unpark(key_of(t))
  :: else ->
    if
    :: stored[key_of(t)] && answerable ->
      tasks[t].results++;
      end_task(t, DONE);
      unpark(key_of(t))
    :: stored[key_of(t)] && !answerable ->
      tasks[t].state = LEASED;
      tasks[t].answers = true;
      handed_out = true;
#ifndef NO_BATON
      unpark(key_of(t))
#endif
    :: !stored[key_of(t)] && flight[key_of(t)] ->
      tasks[t].state = PARKED;
      parked[key_of(t)] ! t
    :: else ->
      tasks[t].state = LEASED;
      flight[key_of(t)] = true;
      handed_out = true
    fi
  fi
}

/* lease.lua: a request that comes again gives back first what it was handed out */
inline lease(w, again) {
  d_step {
    if
    :: again && workers[w].current ->
      chosen = workers[w].task;
      take_back(chosen, false)
    :: else
    fi
  };
  if
  :: answerable = true
  :: answerable = false
  fi;
  if
  :: tasks[0].state == WAITING -> chosen = 0
  :: tasks[1].state == WAITING -> chosen = 1
  :: tasks[2].state == WAITING -> chosen = 2
  :: else -> chosen = TASKS
  fi;
  d_step {
    handed_out = false;
    if
    :: chosen < TASKS -> sort_out(chosen)
    :: else
    fi
  }
}

/* What the reply to a lease request will say, once it arrives. */
inline answer_lease(w) {
  if
  :: handed_out -> workers[w].phase = ASKED; workers[w].task = chosen; workers[w].current = true
  :: else -> forget(w)
  fi
}

inline forget(w) {
  workers[w].phase = IDLE;
  workers[w].task = 0;
  workers[w].current = false
}

/* complete.lua and nack.lua, for one end of a lease */
inline settle(t, w, of_verdict) {
  if
  :: is_let_in(w) ->
    assert(workers[w].current); /* what a fenced worker says is not booked */
    if
    :: of_verdict == COMPLETE && !cancelled[run_of(t)] && executes(t) ->
      assert(!stored[key_of(t)]); /* the first result stands */
      stored[key_of(t)] = fits
    :: else
    fi;
    end_lease(t);
    taken = marked;
    if
    :: cancelled[run_of(t)] -> end_task(t, CANCELLED)
    :: else ->
      if
      :: of_verdict == COMPLETE -> tasks[t].results++; end_task(t, DONE)
      :: of_verdict == BACK -> tasks[t].state = WAITING
      :: else ->
        tasks[t].attempts++;
        if
        :: of_verdict == BURY || tasks[t].attempts >= MAX_ATTEMPTS -> end_task(t, DEAD)
        :: else -> tasks[t].state = DELAYED
        fi
      fi
    fi;
    if
    :: taken -> unpark(key_of(t))
    :: else
    fi
  :: else
  fi
}

/*
 * Says how the task ended, whatever became of the lease since. Where the reply is lost, it does so again: with
 * the same words, but they make no difference then, so any will do. A value of more than 16 KiB is booked but
 * not stored under its key.
 */
inline tell(w, verdict) {
  if
  :: verdict == COMPLETE -> fits = true
  :: fits = false
  fi;
  d_step {
    chosen = workers[w].task;
    settle(chosen, w, verdict);
    fits = false;
    check()
  };
  if
  :: d_step { forget(w) }
  :: may_be -> spend
  fi
}

proctype Worker(byte w) {
  do
  /* asks for a task, where the server has something to do */
  :: atomic { workers[w].phase == IDLE && (tasks[0].state == WAITING || tasks[1].state == WAITING || tasks[2].state == WAITING) ->
      lease(w, false);
      d_step { answer_lease(w); answerable = false; check() } }

  /* the reply arrives; or it is lost, and the same request goes out again */
  :: atomic { workers[w].phase == ASKED -> workers[w].phase = HOLDS }
  :: atomic { workers[w].phase == ASKED && may_be ->
      spend;
      lease(w, true);
      d_step { answer_lease(w); answerable = false; check() } }

  /* a first try of the same request arrives after the second was answered: what it is handed out is nobody's */
  :: atomic { workers[w].phase == HOLDS && may_be ->
      spend;
      lease(w, true);
      d_step { answerable = false; check() } }

  :: atomic { workers[w].phase == HOLDS -> tell(w, COMPLETE) }
  :: atomic { workers[w].phase == HOLDS -> tell(w, RETRY) }
  :: atomic { workers[w].phase == HOLDS -> tell(w, BURY) }
  :: atomic { workers[w].phase == HOLDS && may_be -> spend; tell(w, BACK) }

  /* dies, and one without memory takes its place */
  :: atomic { workers[w].phase != IDLE -> d_step { forget(w) } }

  :: all_over && workers[w].phase == IDLE -> break
  od
}

/*
 * leases.lua, reap and wake_due: the time of any lease and of any delay may be over at any moment, and then
 * the next call of anybody brings the task back.
 */
inline bring_back(t) {
  d_step {
    if
    :: tasks[t].state == LEASED -> take_back(t, true)
    :: else -> place(t)
    fi;
    check()
  }
}
#define can_be_over(t) (tasks[t].state == LEASED || tasks[t].state == DELAYED)

proctype Clock() {
  do
  :: atomic { can_be_over(0) -> bring_back(0) }
  :: atomic { can_be_over(1) -> bring_back(1) }
  :: atomic { can_be_over(2) -> bring_back(2) }
  :: all_over -> break
  od
}

#ifdef NO_POSITION
#define POSITION_FITS(t) true
#else
#define POSITION_FITS(t) (accepted == t)
#endif

/* enqueue.lua: a batch of one task; where it is not at its position, nothing happens */
inline enqueue(t) {
  if
  :: answerable = true
  :: answerable = false
  fi;
  d_step {
    if
    :: POSITION_FITS(t) ->
      accepted = t + 1;
      left[run_of(t)]++;
      if
      :: !cancelled[run_of(t)] && stored[key_of(t)] && answerable -> tasks[t].results++; end_task(t, DONE)
      :: else -> place(t)
      fi
    :: else
    fi;
    answerable = false;
    check()
  }
}

proctype Producer() {
  byte next;
  do
  :: next < TASKS ->
    atomic {
      enqueue(next);
      if
      :: next++
      :: may_be -> spend /* the reply is lost: the same batch again */
      fi
    }
  :: else -> break
  od;
  /* close.lua */
  atomic { closed = true; d_step { decide_end(0); decide_end(1); check() } }
}

/* cancel.lua: from its first call on nothing is leased; what waits goes with later ones */
proctype Canceller() {
  if
  :: all_over
  :: cancelled[1] = true;
    d_step {
      if
      :: tasks[1].state == WAITING ->
        end_task(1, CANCELLED);
#ifndef NO_BATON
        unpark(key_of(1))
#endif
      :: tasks[1].state == DELAYED -> end_task(1, CANCELLED)
      :: else -> decide_end(1)
      fi;
      check()
    }
  fi
}

init {
  byte w;
  atomic {
    for (w : 0 .. WORKERS - 1) { run Worker(w) };
    run Clock();
    run Producer();
    run Canceller()
  }
}
