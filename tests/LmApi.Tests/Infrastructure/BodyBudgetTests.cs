using LmApi.Infrastructure.Bodies;

namespace LmApi.Tests.Infrastructure;

public sealed class BodyBudgetTests
{
    private const int Beginning = BodyBudget.Beginning;

    [Fact]
    public void Beginnings_and_remainders_of_bodies_have_separate_budgets()
    {
        var budget = new BodyBudget(beginnings: 2 * Beginning, rest: 100);
        Assert.True(budget.TryGrow(0, Beginning));
        Assert.True(budget.TryGrow(Beginning, Beginning + 100));
        Assert.False(budget.TryGrow(0, Beginning + 1));
        Assert.True(budget.TryGrow(0, Beginning));
        Assert.False(budget.TryGrow(0, 1));
    }

    [Fact]
    public void Returned_memory_can_be_reserved_again_to_the_byte()
    {
        var random = new Random(25);
        var budget = new BodyBudget(beginnings: 5 * Beginning, rest: 20 * Beginning);
        var held = new int[8];
        for (var i = 0; i < 10_000; i++)
        {
            var body = random.Next(held.Length);
            var to = held[body] + random.Next(4 * Beginning);
            if (random.Next(3) == 0)
            {
                budget.Return(held[body]);
                held[body] = 0;
            }
            else if (budget.TryGrow(held[body], to))
            {
                held[body] = to;
            }

            Assert.Equal(held.Sum(), budget.Held);
            Assert.InRange(held.Sum(h => Math.Min(h, Beginning)), 0, 5 * Beginning);
            Assert.InRange(held.Sum(h => Math.Max(0, h - Beginning)), 0, 20 * Beginning);
        }
    }
}
