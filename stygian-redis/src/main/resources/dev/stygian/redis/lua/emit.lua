-- Puts items into the run of a lease that the execution under it found, each once in the run. Atomic with the
-- look at the lease, at what the run has had, and at the limit: so a worker that is late emits nothing, and no
-- number of workers emits an item twice or one too many.
-- @include keys memory fields runs records lanes hosts letters caps leases booking
-- ARGV: lease, index in it, most items that its node may emit under a limit (0: these have none, and do not
--   count), then per item: id, digest
--   of it (12 bytes), number of its first tasks, then per task: node, host's lane (none: empty), record
-- Replies: {'lost'} | {'ok', new, duplicates, over the limit}
-- What the run has had lies in the hash `emitted`: by the first two bytes of the digest, the rest of those
-- digests one after another. Two items of ten million have one digest with a chance of 1 in 10^15.
local REST = 10
local lease, index, limit = unpack(ARGV, 1, 3)
limit = tonumber(limit)
local l = read_lease(lease)
if not l or not is_open(l, tonumber(index)) then return { 'lost' } end
local run = l.run
if run_of(run).state == 'cancelled' then return { 'ok', 0, 0, 0 } end

local known = bulk_of(run, 'emitted')

local function is_known(bucket, rest)
  local digests = field(known, bucket)
  local at = digests and string.find(digests, rest, 1, true)
  while at and (at - 1) % REST ~= 0 do at = string.find(digests, rest, at + 1, true) end
  return at and true or false
end

local at, buckets = 4, {}
while at <= #ARGV do
  buckets[#buckets + 1] = string.sub(ARGV[at + 1], 1, 2)
  at = at + 3 + 3 * tonumber(ARGV[at + 2])
end
fetch(known, buckets)

local emitted = tonumber(redis.call('HGET', run_key(run), 'e' .. l.node) or 0)
local new, duplicates, over = 0, 0, 0
at = 4
while at <= #ARGV do
  local item, digest, tasks = ARGV[at], ARGV[at + 1], tonumber(ARGV[at + 2])
  local bucket, rest = string.sub(digest, 1, 2), string.sub(digest, 3, 2 + REST)
  if is_known(bucket, rest) then
    duplicates = duplicates + 1
  elseif limit > 0 and emitted + new >= limit then
    over = over + 1
  else
    new = new + 1
    set_field(known, bucket, (field(known, bucket) or '') .. rest)
    for i = at + 3, at + 2 + 3 * tasks, 3 do
      local lane = ARGV[i + 1] ~= '' and ARGV[i + 1] or nil
      gather(run, tonumber(ARGV[i]), lane, ARGV[i + 2])
    end
    count_tasks(run, tasks)
    if run_of(run).wide and tasks ~= 1 then set_field(bulk_of(run, 'items'), item, text_of(tasks)) end
  end
  at = at + 3 + 3 * tasks
end
place_released()
if limit > 0 then count(run, 'e' .. l.node, new) end
count(run, 'emitted', new)
count(run, 'duplicates', duplicates)
count(run, 'overLimit', over)
settle_counts()
return { 'ok', new, duplicates, over }
