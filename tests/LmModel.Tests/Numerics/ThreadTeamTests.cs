using LmModel.Numerics;

namespace LmModel.Tests.Numerics;

public sealed class ThreadTeamTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void Each_item_is_processed_once_before_the_call_returns(int threads)
    {
        using var team = new ThreadTeam(threads);
        var random = new Random(threads);
        for (var job = 0; job < 20_000; job++)
        {
            var done = new int[random.Next(40)];
            team.Run(done.Length, item => done[item]++);
            Assert.All(done, count => Assert.Equal(1, count));
        }
    }

    [Fact]
    public void A_suspended_helper_delays_only_its_current_item()
    {
        using var team = new ThreadTeam(2);
        using var taken = new ManualResetEventSlim();
        using var goOn = new ManualResetEventSlim();
        var caller = Environment.CurrentManagedThreadId;
        var others = 0;

        team.Run(100, _ =>
        {
            if (Environment.CurrentManagedThreadId == caller)
            {
                // The helper has one item; the caller does all the rest, the last of which lets the helper go.
                taken.Wait();
                if (Interlocked.Increment(ref others) == 99)
                {
                    goOn.Set();
                }
            }
            else
            {
                taken.Set();
                goOn.Wait();
            }
        });

        Assert.Equal(99, others);
    }

    [Fact]
    public void An_exception_reaches_the_caller_after_all_items_and_the_team_continues()
    {
        using var team = new ThreadTeam(3);
        var done = 0;

        var error = Assert.Throws<InvalidOperationException>(() => team.Run(50, item =>
        {
            Interlocked.Increment(ref done);
            if (item == 7)
            {
                throw new InvalidDataException("seven");
            }
        }));

        Assert.IsType<InvalidDataException>(error.InnerException);
        Assert.Equal(50, done);
        team.Run(10, _ => Interlocked.Increment(ref done));
        Assert.Equal(60, done);
    }

    [Fact]
    public void Disposal_ends_sleeping_and_spinning_helpers()
    {
        for (var i = 0; i < 200; i++)
        {
            var team = new ThreadTeam(3);
            if (i % 2 == 0)
            {
                team.Run(10, _ => { });
            }

            team.Dispose();
        }
    }
}
