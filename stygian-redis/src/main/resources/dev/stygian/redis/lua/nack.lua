-- Ends leases that did not work. Atomic per call: what did work under the lease is booked and kept
-- (the checkpoint), the error is remembered, and the task is delayed, dead or back in its lane. A
-- token that is not current changes nothing.
-- @include keys memory runs records lanes letters leases booking
-- ARGV, per nack: lease, index, item, key, task's node, attempt, verdict (retry, bury, back), delay ms,
--   error, record of the task, results; then the results that worked (see booking.lua)
-- Replies: per nack 'booked' | 'buried' | 'lost'
local touched, freed, freed_by, replies = {}, {}, {}, {}

while cursor <= #ARGV do
  local number, index, item, key, node, attempt, verdict, delay, message, record, results = take(11)
  index, node, attempt, results = tonumber(index), tonumber(node), tonumber(attempt), tonumber(results)
  local l = touched[number]
  if l == nil then
    l = read_lease(number) or false
    touched[number] = l
  end
  if not l or not is_open(l, index) then
    cursor = cursor + 8 * results
    replies[#replies + 1] = 'lost'
  else
    local run, reply = l.run, 'booked'
    end_task(l, index)
    freed[#freed + 1] = key
    freed_by[#freed] = number
    if run_of(run).state == 'cancelled' then
      book_results(run, l.node, item, results, false)
      cancel_task(run, record)
    else
      book_results(run, l.node, item, results, true)
      if results > 0 then forget_errors(run, l.node, item) end
      if verdict == 'back' then
        place(run, node, { with_attempts(record, attempt - 1) }, true)
      else
        remember_error(run, node, item, attempt, message)
        if verdict == 'bury' or attempt >= lane_spec(run, node).max then
          bury(run, node, with_attempts(record, math.min(attempt, 255)), attempt)
          reply = 'buried'
        elseif is_dead(run, item) then
          stop_sibling(run, node, record)
        else
          count(run, 't' .. node, 1)
          local again = with_attempts(record, attempt)
          if tonumber(delay) <= 0 then
            place(run, node, { again }, true)
          else
            redis.call('ZADD', delayed, now + tonumber(delay), store_chunk(run, node, { again }))
            count(run, 'd' .. node, 1)
          end
        end
      end
    end
    replies[#replies + 1] = reply
  end
end

land(freed, freed_by)
for _, l in pairs(touched) do
  if l then close_lease(l) end
end
settle_store()
for _, key in ipairs(freed) do unpark(key) end
settle_counts()
return replies
