-- Looks at what holds a run back: what lease.lua would find where it came to the run's lanes, and what is leased.
-- Writes nothing. Atomic, since tasks that move between two looks would be missed, or seen twice. However much there
-- is, it looks at so many leases, delayed tasks, host lanes, entries of lanes and other runs at most, and says how
-- many host lanes it left out.
-- @include keys fields runs records lanes watches? hosts
-- ARGV: run, most host lanes, unfinished tasks in the queue from which on it takes no items of the run, most runs
-- Replies: {} (no such run) | {time of this look, fields of the run's hash, fields of meta, workers, leases of the run
--   as {node, tasks, deadline}, those that end first before others, per node {waiting tasks that visit no host and
--   are not parked, parked ones, delayed ones as {their host's lane (none: empty), tasks, when the first is due}, host
--   lanes left out, host lanes}, whether more tasks are delayed than were looked at 0/1, and where the queue takes no
--   items of the run those runs that fill it most as {id, unfinished tasks, state}}. A host lane is {lane,
--   tasks, there may be more 0/1, one may start now 0/1, when one may (-1: now, or when another one ends), left alone
--   until, the gap that the host asks for, tasks that visit it, broken 0/1, failures in a row, since when}: those that
--   are served next, then those that are last.
local run, hosts_left = tonumber(ARGV[1]), tonumber(ARGV[2])
local full_from, most_filling = tonumber(ARGV[3]), tonumber(ARGV[4])
local MOST_LEASES, MOST_DELAYED, MOST_RUNS = 500, 500, 1000
local entries_left = 1000
local fields = redis.call('HGETALL', run_key(run))
if #fields == 0 then return {} end
local counters = {}
for i = 1, #fields, 2 do counters[fields[i]] = fields[i + 1] end
local last_node = redis.call('HLEN', run_key(run, 'lanes')) - 1

local function counter(name) return math.max(0, tonumber(counters[name] or 0)) end

local function anywhere(name)
  for node = 0, last_node do
    if counter(name .. node) > 0 then return true end
  end
  return false
end

local held = {}
local first_leases = anywhere('l') and redis.call('ZRANGE', deadlines, 0, MOST_LEASES - 1, 'WITHSCORES') or {}
local numbers = {}
for i = 1, #first_leases, 2 do numbers[#numbers + 1] = first_leases[i] end
for i, lease in ipairs(#numbers > 0 and redis.call('HMGET', leases, unpack(numbers)) or {}) do
  local of_run, node, flags = string.match(lease or '', '^(%d+),(%d+),[^,]+,%d+,%d+,%d+,%d+,([0-3]*),')
  if tonumber(of_run) == run then
    held[#held + 1] = { tonumber(node), select(2, string.gsub(flags, '[1-3]', '')), tonumber(first_leases[2 * i]) }
  end
end

-- The delayed tasks of each node, each of which lies in a chunk of its own: those of a host's lane together.
local delays, delays_at = {}, {}
local first_delayed = anywhere('d') and redis.call('ZRANGE', delayed, 0, MOST_DELAYED - 1, 'WITHSCORES') or {}
for i = 1, #first_delayed, 2 do
  local head = redis.call('GETRANGE', chunk_key(first_delayed[i]), 0, 7)
  if #head == 8 then
    local of_run, node = struct.unpack('<I4I2', head)
    if of_run == run then
      local lane, of_node = Lanes.host_of(first_delayed[i]) or '', delays[node] or {}
      local at = text_of(node) .. ' ' .. lane
      if not delays_at[at] then
        delays_at[at] = { lane, 0, tonumber(first_delayed[i + 1]) }
        of_node[#of_node + 1] = delays_at[at]
      end
      delays_at[at][2], delays[node] = delays_at[at][2] + 1, of_node
    end
  end
end

-- How many tasks wait in a lane, as far as its entries may be looked at, and whether there may be more.
local function tasks_in(lane)
  local length, tasks = redis.call('LLEN', lane), 0
  local looked = math.min(length, entries_left)
  entries_left = entries_left - looked
  for _, entry in ipairs(looked > 0 and redis.call('LRANGE', lane, 0, looked - 1) or {}) do
    local _, total, first = string.match(entry, Lanes.ENTRY)
    tasks = tasks + tonumber(total) - tonumber(first)
  end
  return tasks + length - looked, looked < length
end

-- Some of a node's host lanes: one half is served next, the other half last; and how many were left out.
local function some_lanes(node)
  local key = host_lanes_key(run, node)
  local all = redis.call('ZCARD', key)
  local some, last = {}, 0
  if all > hosts_left then last = hosts_left - math.floor(hosts_left / 2) end
  local first = math.min(all, hosts_left) - last
  if first > 0 then some = redis.call('ZRANGE', key, 0, first - 1) end
  for _, lane in ipairs(last > 0 and redis.call('ZREVRANGE', key, 0, last - 1) or {}) do some[#some + 1] = lane end
  hosts_left = hosts_left - #some
  return some, all - #some
end

local function look_at(node, lane)
  local host, tasks, more = Hosts.of(lane), tasks_in(lane_key(run, node, lane))
  local allowed, from = Hosts.may_start(lane)
  if Hosts.is_given_up(lane) then allowed, from = 0, nil end
  return { lane, tasks, more and 1 or 0, allowed > 0 and 1 or 0, allowed == 0 and from or -1, host.not_before,
    Hosts.gap(host), host.active, Hosts.is_broken(lane) and 1 or 0, host.failures, host.away }
end

local nodes = {}
for node = 0, last_node do
  local waiting, parked = counter('w' .. node), counter('k' .. node)
  local lanes, looks, left_out, open = {}, {}, 0, 0
  if waiting > 0 then
    lanes, left_out = some_lanes(node)
    open = waiting - parked
  end
  if #lanes + left_out > 0 then open = tasks_in(lane_key(run, node)) end
  for _, lane in ipairs(lanes) do looks[#looks + 1] = look_at(node, lane) end
  if #looks == 1 and left_out == 0 and open == 0 then
    looks[1][2], looks[1][3] = math.max(1, waiting - parked), 0 -- then all that waits does so there
  end
  nodes[node + 1] = { open, parked, delays[node] or {}, left_out, looks }
end

-- Runs that have most of the queue's unfinished tasks.
local function filling()
  local some = {}
  if tonumber(redis.call('HGET', meta, 'depth') or 0) < full_from then return some end
  local all = redis.call('HSCAN', runs, '0', 'COUNT', MOST_RUNS)[2]
  for i = 1, math.min(#all, 2 * MOST_RUNS), 2 do
    local tasks, state = unpack(redis.call('HMGET', run_key(all[i + 1]), 'tasks', 'state'))
    if tonumber(tasks or 0) > 0 then some[#some + 1] = { all[i], tonumber(tasks), state } end
  end
  table.sort(some, function(a, b) return a[2] > b[2] end)
  return { unpack(some, 1, math.min(#some, most_filling)) }
end

local more_delayed = #first_delayed == 2 * MOST_DELAYED and redis.call('ZCARD', delayed) > MOST_DELAYED
return { now, fields, redis.call('HGETALL', meta), redis.call('HGETALL', workers), held, nodes,
  more_delayed and 1 or 0, counters['closed'] ~= '1' and filling() or {} }
