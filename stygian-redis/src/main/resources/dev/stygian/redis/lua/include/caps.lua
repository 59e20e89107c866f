-- Turns and caps. A turn of a run is QUANTUM tasks for each of its weight. Caps say how many tasks may be leased
-- at once: of a run, of a node, or of a service, over all runs of the queue. What is at its cap is not looked at:
--   a node     leaves its run's `ready`; the run's field `blocked` names it as ;NODEn; until a lease of it ends
--   a service  the same as ;NODEs; and its lanes wait in cap:SERVICE, from which whoever asks for leases draws
--              one after another while there is a place: one in the middle of its turn first, others behind
--   a run      leaves the ring, and its field `ring` says capped until a lease of it ends
-- A run that leaves in the middle of its turn goes on with it when it is back, in front of the others.
-- A run's field `turn` counts the tasks of its turn so far, `caps` are those of its nodes as ;NODE=CAP;NODE=CAP;
-- and meta's `caps` those of services as JSON (0: it had one, and lanes still wait).
Caps.services = of_store[3] and cjson.decode(of_store[3]) or {}
local ANY_NUMBER, MOST_STALE = math.huge, 100
local before, woken = {}, {}

function Caps.waiting_key(service)
  return base .. 'cap:' .. service
end

-- A counter of leased tasks as it is now, with what this script has changed.
local function counted(run, field)
  local id = tostring(run) .. ':' .. field
  if not before[id] then
    before[id] = tonumber(redis.call('HGET', run and run_key(run) or meta, field) or 0)
  end
  return before[id] + (Runs.counts[run] and Runs.counts[run][field] or 0)
end

local function nodes_of(run)
  local of_run = Runs.of(run)
  of_run.nodes = of_run.nodes or redis.call('HLEN', run_key(run, 'lanes'))
  return of_run.nodes
end

-- How many tasks of a run may be leased now.
function Caps.room_of_run(run)
  local most, of_nodes = Runs.of(run).max_leased, 0
  if most == 0 then return ANY_NUMBER end
  for node = 0, nodes_of(run) - 1 do of_nodes = of_nodes + counted(run, 'l' .. text_of(node)) end
  return most - of_nodes
end

local function room_of_node(run, node)
  local all = Runs.of(run).caps
  local most = all ~= '' and string.match(all, ';' .. node .. '=(%d+);')
  return most and tonumber(most) - counted(run, 'l' .. text_of(node)) or ANY_NUMBER
end

local function room_of_service(service)
  local most = Caps.services[service] or 0
  return most > 0 and most - counted(false, 'leased:' .. service) or ANY_NUMBER
end

-- How many tasks of a node may be leased now, as far as the node and its service are concerned.
function Caps.room(run, node)
  return math.min(room_of_node(run, node), room_of_service(Runs.lane(run, node).service))
end

-- Which nodes of a run are counted against a cap of their own or their service's, as numbers with commas.
function Caps.capped_nodes(run)
  local of_run, nodes = Runs.of(run), {}
  if of_run.capped_nodes then return of_run.capped_nodes end
  for node = 0, nodes_of(run) - 1 do
    local of_service = Caps.services[Runs.lane(run, node).service] or 0
    if of_service > 0 or string.find(of_run.caps, ';' .. node .. '=', 1, true) then nodes[#nodes + 1] = node end
  end
  of_run.capped_nodes = table.concat(nodes, ',')
  return of_run.capped_nodes
end

local function set_blocked(run, blocked)
  Runs.of(run).blocked = blocked
  redis.call('HSET', run_key(run), 'blocked', blocked)
end

-- Takes note that a node is held back no longer; returns whether it was, for that reason.
local function unblock(run, node, reason)
  local blocked, changes = string.gsub(Runs.of(run).blocked, ';' .. node .. reason .. ';', ';')
  if changes > 0 then set_blocked(run, blocked == ';' and '' or blocked) end
  return changes > 0
end

-- Where a lane waits for its service: a run in the middle of its turn goes on first.
local function wait_for(service, run, node)
  local of_run, key = Runs.of(run), Caps.waiting_key(service)
  local goes_on = of_run.turn < Runs.QUANTUM * of_run.weight and (of_run.turn > 0 or of_run.drawn)
  local neighbour = goes_on and redis.call('ZRANGE', key, 0, 0, 'WITHSCORES')
    or redis.call('ZREVRANGE', key, 0, 0, 'WITHSCORES')
  redis.call('ZADD', key, tonumber(neighbour[2] or 0) + (goes_on and -1 or 1), run .. ':' .. node)
end

-- Stops looking at a node that is at its cap, or whose service is; returns whether it is.
function Caps.block(run, node)
  local lane = Runs.lane(run, node)
  local reason = room_of_node(run, node) <= 0 and 'n' or room_of_service(lane.service) <= 0 and 's'
  if not reason then return false end
  redis.call('ZREM', run_key(run, 'ready'), node .. ':' .. lane.service)
  local blocked = Runs.of(run).blocked
  set_blocked(run, (blocked == '' and ';' or blocked) .. node .. reason .. ';')
  if reason == 's' then wait_for(lane.service, run, node) end
  return true
end

-- Takes a run at its cap out of the ring, whose head it is.
function Caps.leave_ring(run)
  redis.call('LPOP', ring)
  Runs.of(run).at_cap = true
  redis.call('HSET', run_key(run), 'ring', 'capped')
end

-- Lets a run, a node or a service go on where it waited and has a place now.
function Caps.go_on_run(run)
  local of_run = Runs.of(run)
  if not of_run.at_cap or Caps.room_of_run(run) <= 0 then return end
  of_run.at_cap, of_run.in_ring = false, false
  Lanes.enter_ring(run)
  Runs.wake_ready(run)
end

function Caps.go_on_node(run, node)
  if Runs.of(run).blocked ~= '' and room_of_node(run, node) > 0 and unblock(run, node, 'n') then
    Lanes.open(run, node)
  end
end

function Caps.go_on_service(service)
  if not Caps.services[service] or woken[service] or room_of_service(service) <= 0 then return end
  if redis.call('EXISTS', Caps.waiting_key(service)) == 1 then
    woken[service] = true
    Runs.wake(service)
  end
end

-- Tasks of a node are no longer leased: lets go on what waited for their places.
function Caps.go_on(run, node, service)
  Caps.go_on_node(run, node)
  Caps.go_on_run(run)
  Caps.go_on_service(service)
end

function Caps.write_services()
  if next(Caps.services) then
    redis.call('HSET', meta, 'caps', cjson.encode(Caps.services))
  else
    redis.call('HDEL', meta, 'caps')
  end
end

-- Lets the next lane go on that waits for a service; returns whether there was one. What does not wait any more
-- is passed over.
local function draw_from(service)
  for _ = 1, MOST_STALE do
    local member = redis.call('ZPOPMIN', Caps.waiting_key(service))[1]
    if not member then
      if Caps.services[service] == 0 then
        Caps.services[service] = nil
        Caps.write_services()
      end
      return false
    end
    local run, node = string.match(member, '^(%d+):(%d+)$')
    run, node = tonumber(run), tonumber(node)
    if Runs.of(run).state and unblock(run, node, 's') then
      Runs.of(run).drawn = true
      Lanes.open(run, node, true)
      return true
    end
  end
  return true
end

-- Lets a lane go on for each of these services that has a place; returns whether any does.
function Caps.draw(any, offered)
  local names, drawn = {}, false
  for service in pairs(Caps.services) do names[#names + 1] = service end
  for _, service in ipairs(names) do
    if (any or offered[service]) and room_of_service(service) > 0 then drawn = draw_from(service) or drawn end
  end
  return drawn
end

-- A run of which nothing waits any more waits for no cap either.
function Caps.forget(run)
  for node in string.gmatch(Runs.of(run).blocked, '(%d+)s;') do
    redis.call('ZREM', Caps.waiting_key(Runs.lane(run, tonumber(node)).service), run .. ':' .. node)
  end
  set_blocked(run, '')
end
