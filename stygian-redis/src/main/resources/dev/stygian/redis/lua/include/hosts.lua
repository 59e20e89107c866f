-- Hosts: how often they may be visited, by all runs of the queue together. A host's lane is named
-- `interval ms/most at once (0: any)/patience ms/host`, the host without the characters / ~ , : | and white
-- space. A host's hash:
--   last       when its last start was granted, and `lease` the number of the lease that was for; where it was given
--              back, when the last request was sent
--   sent       when its last request was sent, as far as that was reported
--   active     tasks that are leased and visit it
--   notBefore  until when it asked to be left alone
--   gap        the interval that its answers have asked for, ms (see visited.lua), and `asked` the longest that a
--              robots.txt does
--   failures   visits that failed one after another, since `away`; from BREAKS_AT on one task at a time tries it
--   blocked    lanes that wait for one of its tasks to end, as :run:node:lane: one after another
--   resting    lanes that wait for its next start and have come to do so since the last one, likewise
Hosts.BREAKS_AT, Hosts.BLOCKED = 5, 1e15
local TURN, LIVES, ANY_NUMBER = 20, 86400000, 1000000

local known_hosts = {}

local function pace_of(lane)
  local interval, most, patience, name = string.match(lane, '^(%d+)/(%d+)/(%d+)/(.*)$')
  most = tonumber(most)
  return tonumber(interval), most > 0 and most or ANY_NUMBER, tonumber(patience), name
end

function Hosts.named(name)
  local known = known_hosts[name]
  if not known then
    local f = redis.call('HMGET', host_key(name), 'last', 'lease', 'active', 'notBefore', 'gap', 'failures', 'away',
      'blocked', 'asked', 'sent', 'resting')
    known = { name = name, last = tonumber(f[1] or 0), lease = f[2], active = tonumber(f[3] or 0),
      not_before = tonumber(f[4] or 0), gap = tonumber(f[5] or 0), failures = tonumber(f[6] or 0),
      away = tonumber(f[7] or 0), blocked = f[8] or '', asked = tonumber(f[9] or 0),
      sent = tonumber(f[10] or 0), resting = f[11] or '' }
    known_hosts[name] = known
  end
  return known
end

function Hosts.of(lane)
  return Hosts.named((select(4, pace_of(lane))))
end

-- Whether a host does not answer, so that its tasks wait in their lanes.
function Hosts.is_broken(lane)
  return Hosts.of(lane).failures >= Hosts.BREAKS_AT
end

-- Whether a host has been away for longer than a lane's tasks wait for it.
function Hosts.is_given_up(lane)
  local _, _, patience = pace_of(lane)
  return Hosts.is_broken(lane) and now - Hosts.of(lane).away >= patience
end

-- What is said of the tasks of such a lane.
function Hosts.given_up(lane)
  local _, _, patience, name = pace_of(lane)
  name = string.gsub(string.gsub(name, '+', ' '), '%%(%x%x)', function(code) return string.char(tonumber(code, 16)) end)
  return 'host ' .. name .. ' has not answered for ' .. math.floor(patience / 1000) .. ' s; its tasks are given up'
end

-- The interval that a host's answers ask for.
function Hosts.gap(host)
  return math.max(host.gap, host.asked)
end

-- How long a granted start is good for: whoever begins later asks again.
local function window_of(gap)
  return math.min(1000, math.max(10, math.floor(gap / 10)))
end

-- When the last start was used: that is reported, or else it may have been at the last moment that it was good for. A
-- request that came without a start, as by a redirect, counts as one, also where none was ever granted.
local function used(host, window)
  return host.sent >= host.last and host.sent or host.last + window
end

-- How many tasks of a lane may start now, and for how long that is good (0: for ever). None: when the next
-- one may, or nothing where that is when another one ends.
function Hosts.may_start(lane)
  local interval, most = pace_of(lane)
  local host = Hosts.of(lane)
  local gap = math.max(interval, Hosts.gap(host))
  local from, window = host.not_before, 0
  if gap > 0 then
    window = window_of(gap)
    from = math.max(from, used(host, window) + gap)
  end
  if from > now then return 0, from end
  if host.failures >= Hosts.BREAKS_AT then most = 1 end
  if host.active >= most then return 0, nil end
  return gap > 0 and 1 or math.min(most - host.active, TURN), window
end

function Hosts.started(run, lane, lease, tasks)
  local host = Hosts.of(lane)
  host.last, host.lease, host.active, host.resting, host.changed = now, lease, host.active + tasks, '', true
  local peak = host.name .. '|peak'
  if host.active > tonumber(redis.call('HGET', run_key(run, 'hosts'), peak) or 0) then
    redis.call('HSET', run_key(run, 'hosts'), peak, host.active)
  end
end

-- Remembers a lane in one of a host's lists.
local function remember(host, list, waiting)
  if not string.find(host[list], waiting, 1, true) then
    host[list], host.changed = host[list] .. ' ' .. waiting, true
  end
end

-- A lane must wait until then, or (nothing) for the end of one of its host's tasks.
function Hosts.wait_for(run, node, lane, from)
  local host = Hosts.of(lane)
  redis.call('HINCRBY', run_key(run, 'hosts'), host.name .. '|waits', 1)
  remember(host, from and 'resting' or 'blocked', table.concat({ '', run, node, lane, '' }, ':'))
  return from
end

-- Lets the lanes that wait for a host's next start go on earlier than they had to think, as that may come sooner now.
-- Those whose time has not come stay remembered; those that wait for another task's end now do that.
function Hosts.advance(host)
  local still = {}
  for waiting, run, node, lane in string.gmatch(host.resting, '(:(%d+):(%d+):([^%s:]+):)') do
    run, node = tonumber(run), tonumber(node)
    if Runs.of(run).state then
      local lanes = host_lanes_key(run, node)
      local allowed, from = Hosts.may_start(lane)
      if allowed > 0 then from = now end
      if not from then
        if redis.call('ZADD', lanes, 'XX', 'CH', Hosts.BLOCKED, lane) == 1 then remember(host, 'blocked', waiting) end
      else
        if redis.call('ZADD', lanes, 'XX', 'LT', 'CH', from, lane) == 1 then
          local service = Runs.lane(run, node).service
          redis.call('ZADD', resting, 'XX', 'LT', from, table.concat({ run, node, service }, ':'))
          Watches.see_to(service, from)
        end
        if from > now then still[#still + 1] = ' ' .. waiting end
      end
    end
  end
  host.resting, host.changed = table.concat(still), true
end

-- A request was sent then; returns whether that is the report of the last start, so that the next one comes sooner.
function Hosts.sent(host, at)
  if at <= host.sent then return false end
  local is_last = host.sent < host.last and at >= host.last
  host.sent = at
  return is_last
end

-- Lets the lanes that waited for an end be looked at again.
local function unblock(host)
  if host.blocked == '' then return end
  for run, node, lane in string.gmatch(host.blocked, ':(%d+):(%d+):([^%s:]+):') do
    run, node = tonumber(run), tonumber(node)
    if redis.call('ZADD', host_lanes_key(run, node), 'XX', 'CH', now, lane) == 1 then Lanes.open(run, node) end
  end
  host.blocked, host.changed = '', true
end

-- Tasks of a lane are no longer leased.
function Hosts.ended(lane, tasks)
  local host = Hosts.of(lane)
  host.active, host.changed = math.max(0, host.active - tasks), true
  unblock(host)
end

-- A start that was granted to a lease was not used: the next one may have it, an interval after the last request all
-- the same, as other tasks of the lease may have sent theirs. The lease's task is about to end.
function Hosts.unused(lane, lease)
  local host = Hosts.of(lane)
  if host.lease == lease then
    host.last = host.sent
    Hosts.advance(host)
  end
end

local function settle()
  for name, host in pairs(known_hosts) do
    if host.changed then
      redis.call('HSET', host_key(name), 'last', host.last, 'lease', host.lease or '', 'active', host.active,
        'notBefore', host.not_before, 'gap', host.gap, 'failures', host.failures, 'away', host.away,
        'blocked', host.blocked, 'asked', host.asked, 'sent', host.sent, 'resting', host.resting)
      redis.call('PEXPIRE', host_key(name), LIVES)
      host.changed = false
    end
  end
end
Runs.settles_first(settle)
