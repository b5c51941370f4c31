using LmApi.Tests.Support;

namespace LmApi.Tests.Generation;

/// <summary>The model says the alphabet, and its filter has all runs of five letters of it.</summary>
public sealed class GuardTests
{
    private static readonly Dictionary<string, string> Always = new() { ["Guard:Verbatim"] = "6" };

    [Fact]
    public async Task A_guarded_text_has_no_run_of_the_training_text_and_says_how_often_the_guard_acted()
    {
        await using var service = await LmServiceFixture.StartAsync();

        var free = await service.GenerateAsync(new { prompt = "a", max_tokens = 11, temperature = 0 });
        var guarded = await service.GenerateAsync(
            new { prompt = "a", max_tokens = 11, temperature = 0, guard = new { verbatim = 5 } });

        Assert.Equal("bcdefghijkl", free.Text("text"));
        Assert.False(free.TryGetProperty("guard", out _));
        // Where the next letter would be the fifth, the one after it is drawn.
        Assert.Equal("bcdfghiklmn", guarded.Text("text"));
        Assert.Equal(2, guarded.GetProperty("guard").GetProperty("blocked").GetInt32());
    }

    [Fact]
    public async Task The_end_of_a_stream_says_how_often_the_guard_acted()
    {
        await using var service = await LmServiceFixture.StartAsync();
        var stream = await service.StreamAsync(
            new { prompt = "a", max_tokens = 4, temperature = 0, guard = new { verbatim = 5 } });

        Assert.Equal("bcdf", stream.Text);
        Assert.Equal("""{"blocked":1}""", stream.Done.GetProperty("guard").GetRawText());
    }

    [Fact]
    public async Task The_guard_of_the_service_holds_for_requests_without_one()
    {
        await using var service = await LmServiceFixture.StartAsync(Always);

        var answer = await service.GenerateAsync(new { prompt = "a", max_tokens = 6, temperature = 0 });
        var off = await service.GenerateAsync(
            new { prompt = "a", max_tokens = 6, temperature = 0, guard = (object?)null });

        Assert.Equal(("bcdegh", "bcdegh"), (answer.Text("text"), off.Text("text")));
        Assert.Equal(1, answer.GetProperty("guard").GetProperty("blocked").GetInt32());
    }

    [Fact]
    public async Task A_request_may_make_the_guard_of_the_service_stricter_but_not_weaker()
    {
        await using var service = await LmServiceFixture.StartAsync(Always);

        var stricter = await service.GenerateAsync(
            new { prompt = "a", max_tokens = 6, temperature = 0, guard = new { verbatim = 5 } });
        var weaker = await service.RefusedAsync(422, "/generate", new { prompt = "a", guard = new { verbatim = 7 } });

        Assert.Equal("bcdfgh", stricter.Text("text"));
        Assert.Equal(["guard.verbatim out_of_range"], weaker.Errors());
    }

    [Fact]
    public async Task A_model_without_a_filter_refuses_a_guard_and_names_the_command_that_makes_one()
    {
        await using var service = await LmServiceFixture.StartAsync(
            new() { ["Model:Path"] = ServiceProcess.TinyModel }, realModel: true);

        var problem = await service.RefusedAsync(422, "/generate", new { prompt = "a", guard = new { verbatim = 12 } });

        Assert.Equal(["guard not_available"], problem.Errors());
        Assert.Contains("lm guard MODEL --training TEXT", problem.Text("detail"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_model_says_which_runs_can_be_refused()
    {
        await using var service = await LmServiceFixture.StartAsync(Always);
        using var response = await service.CreateClient().GetAsync("/model");
        var guard = (await response.JsonAsync(200)).GetProperty("guard");

        Assert.Equal((5, 6), (guard.GetProperty("verbatim").GetInt32(), guard.GetProperty("always").GetInt32()));
        Assert.InRange(guard.GetProperty("false_positive_rate").GetDouble(), 0, 0.01);
    }
}
