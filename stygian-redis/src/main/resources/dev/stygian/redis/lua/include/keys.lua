-- The keys of one queue. Every script gets the same KEYS in this order; all other keys are made from
-- their common prefix, which carries the queue's hash tag, so everything lies in one slot.
--   meta      hash: protocol, depth, counters for chunk, lease and run numbers, the store's generation, the
--             caps of services and how many tasks of each are leased
--   ring      list: runs with ready lanes, the one whose turn it is first
--   leases    hash: lease number -> run,node,chunk,first,count,offset,total,flags,service (flags: see
--             leases.lua)
--   deadlines sorted set: lease number by the end of its time, milliseconds of the server's clock
--   delayed   sorted set: chunk id by the time when it is due
--   chunks    hash: chunk id -> tasks in it that have not ended
--   flight    hash: idempotency key -> lease number of its execution, but for keys that nobody else has (share.lua)
--   runs      hash: run id -> run number
--   workers   hash: worker -> "last seen|slots|services", and "|visibility ms" where its leases live as it says
-- The last of KEYS never exists: while a Cluster moves a slot, it keeps a node from running a script on half of
-- the slot's keys.
local meta, ring, leases, deadlines, delayed, chunks, flight, runs, workers = unpack(KEYS)
local base = string.sub(meta, 1, -5)

-- Small hashes lie in a compact form that is searched from end to end, at each access. A value that is longer
-- than that form takes, under the empty name, makes a table of one.
local WIDE = string.rep(' ', 65)

local now
do
  local clock = redis.call('TIME')
  now = clock[1] * 1000 + math.floor(clock[2] / 1000)
end

-- A number as text, made once: where a command or Lua makes one of it anew each time, that costs as much as a
-- hash's field.
local text_of
do
  local texts = {}
  function text_of(number)
    local text = texts[number]
    if not text then
      text = string.format('%d', number)
      texts[number] = text
    end
    return text
  end
end

-- A number that was never given before, also if the server forgot the last ones: never behind the clock.
local function next_number(counter, clock_now)
  local number = math.max(tonumber(redis.call('HGET', meta, counter) or 0) + 1, clock_now)
  redis.call('HSET', meta, counter, number)
  return number
end

local function run_key(run, part)
  local key = base .. 'r:' .. text_of(run)
  return part and key .. ':' .. part or key
end

-- Tasks of a node lie in one lane, or those that visit a host in a lane of that host's (see hosts.lua).
local function lane_key(run, node, host)
  return base .. 'l:' .. text_of(run) .. ':' .. text_of(node) .. (host and (':' .. host) or '')
end

-- The host lanes of a node that have tasks, by when the next of them may be handed out.
local function host_lanes_key(run, node)
  return base .. 'q:' .. text_of(run) .. ':' .. text_of(node)
end

local function host_key(host)
  return base .. 'h:' .. host
end

-- Nodes all of whose host lanes rest, as run:node:service, by when the first of them may go on.
local resting = base .. 'resting'

local function chunk_key(chunk)
  return base .. 'c:' .. chunk
end

local function signal_key(service)
  return base .. 'sig:' .. service
end

local function asked_key(requester)
  return base .. 'a:' .. requester
end

-- The unfinished runs of a pipeline.
local function sharers_key(pipeline)
  return base .. 'o:' .. pipeline
end

local function parked_key(key)
  return base .. 'p:' .. key
end

-- The two generations of the result store: a result lives at least one, at most two of them.
-- What else every script may have to know of the queue comes along: the caps of services (see caps.lua).
local of_store = redis.call('HMGET', meta, 'generation', 'ttl', 'caps')
local generation = tonumber(of_store[1] or '1')
local store, old_store = base .. 's:' .. generation, base .. 's:' .. (generation - 1)

-- Milliseconds for which a generation lies there after its time, so that a worker can unlink it: what goes by
-- its time to live may be freed at once, which holds the server up.
local spare = math.min(120000, tonumber(of_store[2] or '0'))

local function is_valid(key)
  local left = redis.call('PTTL', key)
  return left == -1 or left > spare
end

-- Values that came many at a time lie in batches beside their generation; under their keys stand pointers.
local function values_key(of_generation) return base .. 'v:' .. of_generation end
