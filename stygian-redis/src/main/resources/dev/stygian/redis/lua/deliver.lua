-- Commits how far a reader has brought a run's results to safety. Atomic: the reader's position and
-- length, what counts as delivered, and the dropping of what everybody has had.
-- @include keys memory results
-- ARGV: run, reader, position, bytes, bytes of delivered results to keep (none where the memory is full)
-- Replies: 'ok' | 'unknown'
local run, reader, position, bytes, keep = unpack(ARGV)
local key, results = run_key(run), run_key(run, 'results')
if Memory.is_full then keep = 0 end
if redis.call('EXISTS', key) == 0 then return 'unknown' end
redis.call('HSET', run_key(run, 'sinks'), reader, position .. ' ' .. bytes)
local f = redis.call('HMGET', key, 'delivered', 'deliveredBytes', 'trimmedBytes', 'finished', 'retention',
  'results', 'resultBytes')
-- a place is behind an entry, or behind the first few results in it
local id, taken = string.match(position, '^(%d+%-%d+):?(%d*)$')
local entry = id and redis.call('XRANGE', results, id, id)[1]
if entry then
  local fields = entry[2]
  if fields[1] == 'end' then fields = { 'n', f[6] or 0, 'b', f[7] or 0 } end
  local count, total = tonumber(fields[2]), tonumber(fields[4])
  if taken ~= '' then
    local left = tonumber(taken)
    for i = 5, #fields, 2 do
      local at, pack = 1, Results.pack_of(run, fields[i], fields[i + 1])
      while at <= #pack do
        local size = 4 + struct.unpack('<I4', pack, at)
        if left > 0 then
          left = left - 1
        else
          count = count - 1
          total = total - size
        end
        at = at + size
      end
    end
  end
  if count > tonumber(f[1] or 0) then
    redis.call('HSET', key, 'delivered', count, 'deliveredBytes', total)
    if taken == '' then redis.call('HSET', key, 'deliveredTo', position, 'deliveredToBytes', total) end
    if taken == '' and total - tonumber(f[3] or 0) > tonumber(keep) then
      Results.trim(run, position)
      redis.call('HSET', key, 'trimmedBytes', total, 'trimmed', position)
    end
  end
end
if f[4] then redis.call('PEXPIRE', run_key(run, 'sinks'), f[5]) end
return 'ok'
