-- Edits a page in Neovim, and writes what its own client shows to $OUT.

local out = assert(io.open(vim.env.OUT, 'w'))

local function say(...)
  out:write(string.format(...), '\n')
end

-- shown returns the diagnostics of the buffer, in the order of their places.
-- Neovim counts bytes.
local function shown()
  local all = {}
  for _, d in ipairs(vim.diagnostic.get(0)) do
    table.insert(all, string.format('%d:%d-%d:%d %s', d.lnum + 1, d.col, d.end_lnum + 1, d.end_col, d.message))
  end
  table.sort(all)
  return table.concat(all, '; ')
end

local function wait(what, want)
  if not vim.wait(60000, function() return shown() == want end, 10) then
    error(what .. ': ' .. shown())
  end
  say('%s: %s', what, want)
end

-- ask sends a request about a line, from 1, and a byte of it.
local function ask(method, line, col, read)
  vim.api.nvim_win_set_cursor(0, { line, col })
  local answers = assert(vim.lsp.buf_request_sync(0, 'textDocument/' .. method, vim.lsp.util.make_position_params(), 60000))
  for _, answer in pairs(answers) do
    if answer.error then
      error(method .. ': ' .. answer.error.message)
    end
    say('%s: %s', method, read(answer.result))
  end
end

local function main()
  vim.cmd('edit content/lab.md')
  wait('opened', '7:8-7:18 unknown option "nmae" (did you mean "name"?)')
  vim.api.nvim_buf_set_text(0, 6, 8, 6, 12, { 'name' })
  wait('mended', '2:6-2:13 the lab has never been verified')
  -- An emoji before the mistake: four bytes, two units of UTF-16.
  vim.api.nvim_buf_set_lines(0, 9, 9, false, { '', '😀 [x](gone.md)' })
  wait('emoji', '11:9-11:16 link to "gone.md": no such page; 2:6-2:13 the lab has never been verified')
  ask('completion', 11, 9, function(r)
    local words = {}
    for _, item in ipairs(r.items or r) do
      table.insert(words, item.label)
    end
    return table.concat(words, ' ')
  end)
  ask('hover', 7, 3, function(r) return r and r.contents.value or 'nothing' end)
  ask('hover', 7, 9, function(r) return r.contents.value end)
  ask('documentSymbol', 1, 0, function(r) return r[1].name .. ' ' .. r[1].children[1].name end)
  vim.cmd('undo') -- of both, as a script makes them at once
  wait('undone', '7:8-7:18 unknown option "nmae" (did you mean "name"?)')
end

local ok, err = xpcall(main, debug.traceback)
if not ok then
  say('error: %s', err)
end
out:close()
vim.cmd(ok and 'qa!' or 'cq')
