-- Puts items into the run of a lease that the execution under it found, or splits its item into: each once in
-- the run. Atomic with the look at the lease, at what the run has had, and at the limit: so a worker that is late
-- emits nothing, and no number of workers emits an item twice or one too many.
-- @include keys memory fields runs records lanes watches? hosts? letters? collecting? caps? leases booking digests
-- ARGV: lease, index in it, item of that task, most items that its node may emit under a limit (0: these have none,
--   and do not count), how many parts of its item the execution emitted before (-1: these are no parts, but known
--   by their digests), then per item: id, digest of it (12 bytes; of a part: empty), number of its first
--   tasks, its result as it is to lie in the run's (where it has no task), then per task: node, host's lane
--   (none: empty), record
-- Replies: {'lost'} (or parts before these were lost) | {'share'} (the run has its keys to itself, see share.lua) | {'ok', new, duplicates, over the limit}
-- What the run has had lies in the hash `emitted`: by the first two bytes of the digest, the rest of those
-- digests one after another. Two items of ten million have one digest with a chance of 1 in 10^15. Of parts, the
-- hash `parts` has their number by node and item: each attempt emits the same ones in the same order.
local REST = Digests.REST
local lease, index, of_item, limit, from = unpack(ARGV, 1, 5)
limit, from = tonumber(limit), tonumber(from)
local l = Leases.read(lease)
if not l or not Leases.is_open(l, tonumber(index)) then return { 'lost' } end
local run = l.run
if Runs.of(run).state == 'cancelled' then return { 'ok', 0, 0, 0 } end

if from < 0 and Runs.of(run).is_sole then return { 'share' } end

local are_parts, parts, parts_of = from >= 0, Fields.of(run, 'parts'), text_of(l.node) .. ':' .. of_item
local there = are_parts and tonumber(Fields.get(parts, parts_of) or 0)
if are_parts and there < from then return { 'lost' } end

local FIRST, HEAD = 6, 4
local known = Fields.of(run, 'emitted')

local function is_known(bucket, rest)
  local digests = Fields.get(known, bucket)
  local at = digests and string.find(digests, rest, 1, true)
  while at and (at - 1) % REST ~= 0 do at = string.find(digests, rest, at + 1, true) end
  return at and true or false
end

local function behind(at) return at + HEAD + 3 * tonumber(ARGV[at + 2]) end

-- Fetches at once what is known of all these digests.
local function look_ahead()
  local at, buckets = FIRST, {}
  while at <= #ARGV do
    buckets[#buckets + 1] = string.sub(ARGV[at + 1], 1, 2)
    at = behind(at)
  end
  Fields.fetch(known, buckets)
end

-- Makes an item of the run of the one that stands there, or a result where nothing is left to do for it.
local function begin(at)
  local item, tasks, result = ARGV[at], tonumber(ARGV[at + 2]), ARGV[at + 3]
  for i = at + HEAD, behind(at) - 1, 3 do
    local lane = ARGV[i + 1] ~= '' and ARGV[i + 1] or nil
    Booking.gather(run, tonumber(ARGV[i]), lane, ARGV[i + 2])
    Runs.count(run, 'i' .. ARGV[i], 1)
  end
  if tasks > 0 then
    Runs.count_tasks(run, tasks)
    if Runs.of(run).wide and tasks ~= 1 then Fields.set(Fields.of(run, 'items'), item, text_of(tasks)) end
  else
    Runs.emit_one(run, result)
    Runs.count(run, 'given', 1)
    Runs.count(run, 'done', 1)
  end
end

if not are_parts then look_ahead() end
local emitted = limit > 0 and tonumber(redis.call('HGET', run_key(run), 'e' .. l.node) or 0) or 0
local new, duplicates, over = 0, 0, 0
local at, number = FIRST, from
while at <= #ARGV do
  local bucket, rest = string.sub(ARGV[at + 1], 1, 2), string.sub(ARGV[at + 1], 3, 2 + REST)
  if are_parts then
    if number >= there then
      new = new + 1
      begin(at)
    end
    number = number + 1
  elseif is_known(bucket, rest) then
    duplicates = duplicates + 1
  elseif limit > 0 and emitted + new >= limit then
    over = over + 1
  else
    new = new + 1
    Fields.set(known, bucket, (Fields.get(known, bucket) or '') .. rest)
    begin(at)
  end
  at = behind(at)
end
if new > 0 and are_parts then Fields.set(parts, parts_of, text_of(there + new)) end
Booking.place_released()
if limit > 0 then Runs.count(run, 'e' .. text_of(l.node), new) end
Runs.count(run, 'emitted', new)
if not are_parts then Runs.count(run, 'digests', new) end
Runs.count(run, 'o' .. text_of(l.node), new + duplicates + over)
Runs.count(run, 'duplicates', duplicates)
Runs.count(run, 'overLimit', over)
Runs.settle()
return { 'ok', new, duplicates, over }
