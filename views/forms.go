package views

// What the pages post. Every form works without a script; a form that cannot be saved is rendered again by the same page
// with the typed values, the errors in its model and Shell.Wrong set. On success the answer is a redirect to the page named
// behind the arrow, with a layout.Notice. Checkboxes send "1" when ticked and nothing when not. "revision" is the settings
// revision the form was made from; a newer one is a conflict.
//
// Shell
//
//	link.Pause                       pause_for (1h|4h|24h|"" until resumed), pause_reason      → the page it came from
//	link.Resume                      –
//	link.SignOut                     –                                                        → SignedOutPage
//
// Overview
//
//	link.CheckAll                    –                                                        → Overview
//	link.StartLine                   answer (open|quiet), connection, rule                    → Overview
//
// Organizations
//
//	link.OrganizationSettings(id)    step (save|agreements|reload|find|reset-<meter>), revision, psa (inherit|own|none), company (record id),
//	                                 agreement (record id), bill (one per meter), own_product_<meter>, own_rule_… as the connection's rule_…,
//	                                 exclusions (how many rows), left_N, left_kind_N, left_id_N and left_reason_N, find → the same page
//	                                 every step but save renders the form again without saving
//	link.Agreements(id)              GET company → AgreementRow alone (the company changed)
//	link.AlertNew(id)                GET when, override; step (save|when-add|when-remove-N|mute-add|mute-remove-N|lists|preview|rehearse|cancel-JOB),
//	                                 revision, override, name, notify, when and level (one each per event), when_other,
//	                                 for (tree|organization|object|source|everything), object, via_psa, via_email, via_nobody, severity, wait, board,
//	                                 type, subtype, item, status, closed_status, team, priority, source, summary, body, per, note_every, auto_close,
//	                                 reopen_within, comeback, mute_from, mute_to and mute_reason (one each per window)
//	                                 with step save                                           → Alerts; else the form again, nothing saved
//	link.AlertEdit(id,name)          the same
//	link.AlertRows(id)               the same with stored, by the script → AlertWhenRows or AlertMuteRows alone
//	link.AlertLists(id)              → AlertServicePicks alone
//	link.AlertPreview(id)            → AlertPreviewPart alone
//	link.AlertRehearsal(id)          → RehearsalFragment alone; job of one under way
//	link.AlertMove(id)               revision, name, to (up|down)                             → Alerts
//	link.AlertMute(id)               revision, name, step (mute|end), until, reason           → Alerts
//	link.AlertStarters(id)           revision, starter (one per proposal)                     → Alerts
//	link.OrganizationIgnore(id), link.OrganizationLater(id), link.OrganizationAsk(id)          → Organizations
//	link.DeleteAlert(id)             revision, name                                           → Alerts
//
// Set up; task is the task of the guide whose page shows a form, and says where to go back to
//
//	link.Confirm                     subject, task, done (1|"")                                → the task
//
// Diagnostics
//
//	link.RunChecks                   –                                                        → Diagnostics
//
// Connections; organization is the row of the organization whose page shows the form, "0" on the connection's own page, and says
// where to go back to
//
//	link.Connections                 name, site_url, company_id, public_key, private_key, client_id, allow_private_network, ca_file,
//	                                 requests_per_minute, organization, task, revision        → the connection, or the task
//	link.Connection(name)            the same without name; empty keys keep what is stored
//	link.ConnectionTest(name)        task, back (diagnostics); GET → Checks alone, with task GuideRun alone
//	link.ConnectionReload(name)      –
//	link.ConnectionTicketing(name)   step (save|board), ticketing_enabled, board, status, closed_status, type, subtype, item, team,
//	                                 source, priority_info, priority_warning, priority_critical, organization, task, revision;
//	                                 step board asked by the script → ServicePicks alone
//	link.ConnectionTestTicket(name)  test_company (record id), organization, task; GET → TestTicketState alone
//	link.ConnectionBilling(name)     billing_enabled, product_<meter>, rule_unit_, rule_round_, rule_minimum_, rule_basis_, rule_fse_ and
//	                                 rule_trials_<meter>, hold_percent, hold_units, hold_amount, max_age, push_day (1..31|last), push_at,
//	                                 time_zone, approval (ask|automatic), organization, task, revision; a rule or limit that is not sent stays
//
// Billing
//
//	link.MakePlan(connection,period) –                                                        → Month
//	link.ReleaseFirst(connection,period) plan_id                                              → Month
//	link.ReleaseLine(id)             –                                                        → Month at #line-<id>
//	link.SkipLine(id)                –
//	link.CorrectLine(id)             quantity, note
//	link.Pushes                      plan_id, digest, lines (number of changes shown)         → Push
//	link.PushUndo(id)                –                                                        → the undo's Push
//	link.PushProgress(id)            GET → PushProgress alone
//
// Money
//
//	link.MoneyLook                   connection                                               → Money
//
// Deliveries
//
//	link.RetryParked                 –                                                        → Deliveries
//	link.RetryDelivery(id)           –                                                        → Delivery
//	link.DropDelivery(id)            reason
//	link.LinkDelivery(id)            ticket
//
// Sources
//
//	link.Sources                     GET kind (x360sync|axcient|inbox), way (vendor) → with the form of a new one;
//	                                 name, kind, host, every, top_organization, ca_file, allow_private_network, one field per secret,
//	                                 way (password|vendor|key|inbox), revision                → Source, or SourceSignIn with way vendor
//	link.Source(name)                the same without name; empty secrets keep what is stored; GET way (vendor|password)
//	link.CheckSource(name)           back (source)                                            → Sources, or Source at #progress
//	link.SourceProgress(name)        GET → SourceProgressPart alone
//	link.SourceRemove(name)          revision                                                 → Sources
//	link.SourceSignIn(name)          –                                                        → the page with the link to the vendor
//	link.SignInReturn                GET code, state, or error: from the vendor               → Source
//	link.SourceTokens(name)          token_name                                               → Source itself, with the token, once
//	link.SourceTokenRevoke(name,id)  –                                                        → Source at #tokens
//	link.SourceImport(name)          file (multipart/form-data)                               → SourceImportFile
//	link.SourceImportFile(name,id)   step (preview|import), seen, shape, one column each: customer_id, customer_name, meter, quantity,
//	                                 unit, as_of, covers, item_id, item_name, only; only_value, fixed_customer_id,
//	                                 fixed_customer_name, fixed_meter, fixed_unit, fixed_as_of, fixed_covers, duplicates (sum|last),
//	                                 decimal (,|.|""), complete, partial; with step import    → Source at #imports
//
// Settings
//
//	link.Settings                    step (preview|save), document, revision                  → Settings
//	                                 GET revision=N shows that revision as a preview against the current one
//
// Rehearsal
//
//	link.Rehearsal                   GET days (7|30|90), again; live → RehearsalFragment alone
//
// Files (GET): link.SettingsFile, link.ActivityCSV(id) with the page's filter, link.MonthCSV, link.PushCSV.
// Fragments (GET): link.LiveHealth → layout.HealthLine.
