-- Frees what a server whose memory is full can do without. Atomic per run with its books of what is gone:
-- all stored results, and those results of the runs that were delivered.
-- @include keys memory results
-- ARGV: runs
-- Replies: 'ok'
redis.call('UNLINK', store, old_store, values_key(generation), values_key(generation - 1))
redis.call('HSET', meta, 'storedBytes', 0)
for _, run in ipairs(ARGV) do
  local to, bytes = unpack(redis.call('HMGET', run_key(run), 'deliveredTo', 'deliveredToBytes'))
  if to then
    Results.trim(run, to)
    redis.call('HSET', run_key(run), 'trimmed', to, 'trimmedBytes', bytes)
  end
end
return 'ok'
